import NetworkTypes

/// A subcommand and its options, each `--name value`.
struct Arguments {
    let command: String
    private var values: [String: [String]] = [:]

    init(_ words: ArraySlice<String>) throws(ProbeError) {
        var words = words
        command = words.popFirst() ?? ""
        while let option = words.popFirst() {
            guard option.hasPrefix("--"), let value = words.popFirst() else {
                throw .usage("'\(option)' has no value")
            }
            values[option, default: []].append(value)
        }
    }

    func text(_ option: String) -> String? { values[option]?.last }

    /// Throws for what is not a whole number in the range.
    func number(_ option: String, _ range: ClosedRange<Int>, default standard: Int?) throws(ProbeError) -> Int {
        guard let text = text(option) else {
            guard let standard else { throw .usage("\(option) is missing") }
            return standard
        }
        guard let number = Int(text), range.contains(number) else {
            throw .usage("\(option) is a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }

    func port() throws(ProbeError) -> UInt16 { UInt16(try number("--port", 1...65_535, default: nil)) }

    /// At least one address.
    func addresses() throws(ProbeError) -> [IPAddress] {
        guard let texts = values["--to"] else { throw .usage("--to is missing") }
        return try texts.map { (text) throws(ProbeError) in
            guard let address = IPAddress(text) else { throw .usage("'\(text)' is no address") }
            return address
        }
    }
}
