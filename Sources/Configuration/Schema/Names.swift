import YAML

/// The syntax of names, as Kubernetes defines it.
enum Names {
    /// A DNS label (RFC 1123).
    static func checkLabel(_ text: String) throws(Objection) {
        guard isLabel(text[...]) else {
            throw Objection(
                "\(quoted(text)) is not a DNS label",
                cure: "use at most 63 lower-case letters, digits and '-', with a letter or digit at both ends")
        }
    }

    /// `name` or `prefix/name`, as labels and load balancer classes are called.
    static func checkQualifiedName(_ text: String) throws(Objection) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isRight =
            switch parts.count {
            case 1: isLabelName(parts[0])
            case 2: isSubdomain(parts[0]) && isLabelName(parts[1])
            default: false
            }
        guard isRight else {
            throw Objection(
                "\(quoted(text)) is not a qualified name",
                cure: "write at most 63 letters, digits, '-', '_' and '.', after a DNS name and '/' if need be")
        }
    }

    /// Like a label's name, or empty.
    static func checkLabelValue(_ text: String) throws(Objection) {
        guard text.isEmpty || isLabelName(text[...]) else {
            throw Objection(
                "\(quoted(text)) is not the value of a label",
                cure: "use at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends")
        }
    }

    static func checkPath(_ text: String) throws(Objection) {
        guard !text.isEmpty else { throw Objection("the path is empty", cure: "write a path") }
    }

    static func checkAbsolutePath(_ text: String) throws(Objection) {
        guard text.hasPrefix("/") else {
            throw Objection("\(quoted(text)) is not an absolute path", cure: "begin it with '/'")
        }
    }

    private static func isLabel(_ text: Substring) -> Bool {
        isWord(text, allowing: "-") && !text.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    private static func isSubdomain(_ text: Substring) -> Bool {
        text.utf8.count <= 253 && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
    }

    private static func isLabelName(_ text: Substring) -> Bool { isWord(text, allowing: "-_.") }

    /// 1 to 63 letters and digits, and inside also `others`.
    private static func isWord(_ text: Substring, allowing others: String) -> Bool {
        guard (1...63).contains(text.utf8.count), let first = text.utf8.first, let last = text.utf8.last else {
            return false
        }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || others.utf8.contains($0) }
    }

    /// A letter or digit of ASCII.
    static func isAlphanumeric(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
