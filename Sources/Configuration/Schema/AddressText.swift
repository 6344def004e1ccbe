import NetworkTypes
import YAML

extension Shape where Value == AddressRange {
    /// A CIDR block, `first-last`, or one address.
    static var addresses: Shape {
        word("addresses", example: "192.168.10.240/28", show: { $0.description }, AddressText.range)
    }
}

/// Addresses as a pool lists them.
enum AddressText {
    /// Blanks at the ends and around `-` do not count.
    static func range(from text: String) throws(Objection) -> AddressRange {
        let word = trimmed(text[...])
        let range =
            if word.contains("/") {
                try block(word).range
            } else if word.contains("-") {
                try span(word)
            } else {
                AddressRange(try address(word))
            }
        try checkAssignable(range, text: word)
        return range
    }

    private static func block(_ text: Substring) throws(Objection) -> CIDR {
        guard let parts = CIDR.parts(of: String(text)),
            let block = CIDR(containing: parts.address, prefixLength: parts.prefixLength)
        else {
            throw Objection(
                "\(quoted(String(text))) is not a CIDR block",
                cure: "write, for example, 192.168.10.240/28 or fd00:10::/64")
        }
        guard block.network == parts.address else {
            throw Objection(
                "\(quoted(String(text))) is not the first address of its block",
                cure: "write \(block) for the block, or \(parts.address) for this address alone")
        }
        return block
    }

    private static func span(_ text: Substring) throws(Objection) -> AddressRange {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw Objection(
                "\(quoted(String(text))) is not a range", cure: "write, for example, 192.168.10.100-192.168.10.110")
        }
        let first = try address(trimmed(parts[0]))
        let last = try address(trimmed(parts[1]))
        guard first.family == last.family else {
            throw Objection(
                "\(quoted(String(text))) begins with \(first.family.rawValue) and ends with \(last.family.rawValue)",
                cure: "write one range for each family")
        }
        guard let range = AddressRange(first: first, last: last) else {
            throw Objection("\(quoted(String(text))) ends before it begins", cure: "write \(last)-\(first)")
        }
        return range
    }

    private static func address(_ text: Substring) throws(Objection) -> IPAddress {
        guard let address = IPAddress(text) else {
            throw Objection(
                "\(quoted(String(text))) is not an IP address",
                cure: "write, for example, 192.168.10.100 or fd00:10::f0, without leading zeros or a zone")
        }
        return address
    }

    /// Refuses a range that holds an address which no host can own.
    private static func checkAssignable(_ range: AddressRange, text: Substring) throws(Objection) {
        for (block, blockRange, purpose) in reserved {
            guard let forbidden = blockRange.intersection(range) else { continue }
            let part = forbidden == range ? "is" : "holds \(forbidden), which is"
            throw Objection(
                "\(quoted(String(text))) \(part) \(purpose) (\(block))", cure: "use addresses of your own network")
        }
    }

    private static let reserved = [
        ("0.0.0.0/8", "not an address of a host"), ("127.0.0.0/8", "loopback"), ("169.254.0.0/16", "link-local"),
        ("224.0.0.0/4", "multicast"), ("240.0.0.0/4", "reserved"), ("::/128", "the unspecified address"),
        ("::1/128", "loopback"), ("::ffff:0:0/96", "IPv4 written as IPv6"), ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
    ].compactMap { block, purpose in CIDR(block).map { (block: block, range: $0.range, purpose: purpose) } }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
