/// The order of resource versions of one collection.
enum ResourceVersionOrder {
    /// Whether the left one is certainly earlier: both are decimal numbers, as comparable resource versions are
    /// (KEP-5504), and the left one is less. What cannot be compared is not earlier.
    static func isEarlier(_ left: String, than right: String) -> Bool {
        guard isNumber(left), isNumber(right) else { return false }
        let (first, second) = (left.utf8.count, right.utf8.count)
        return first == second ? left < right : first < second
    }

    private static func isNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "0"), text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
