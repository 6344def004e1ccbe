public import NetworkTypes

/// The message of a condition `Allocated` that is true: it begins with the addresses, by which a record can be confirmed.
public enum AllocatedMessage {
    /// "has 192.0.2.1, 2001:db8::1", and what else is worth telling.
    static func has(_ addresses: [IPAddress], besides remark: String? = nil) -> String {
        "has \(Planner.list(addresses))" + (remark.map { "; \($0)" } ?? "")
    }

    /// As `has`, of a Service that asks for something else.
    static func keeps(_ addresses: [IPAddress], because sentence: String) -> String {
        "keeps \(Planner.list(addresses)): \(sentence)"
    }

    /// The addresses with which a message begins, at most one of each family; none where it was not written so.
    public static func addresses(in message: String) -> [IPAddress] {
        let words = message.split(separator: " ", maxSplits: 3)
        guard let verb = words.first, verb == "has" || verb == "keeps" else { return [] }
        var addresses: [IPAddress] = []
        for word in words.dropFirst().prefix(2) {
            guard let address = IPAddress(word) ?? IPAddress(word.dropLast()) else { break }
            addresses.append(address)
            guard word.hasSuffix(",") else { break }
        }
        return addresses
    }
}
