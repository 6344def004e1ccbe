import NetworkTypes

/// A router as kube-vip names it: `address:AS:password:multihop`, an IPv6 address in brackets.
struct KubeVIPPeer {
    var address: String
    var asn: String
    var hasPassword = false
    var isMultihop = false

    init(address: String, asn: String, hasPassword: Bool) {
        self.address = address
        self.asn = asn
        self.hasPassword = hasPassword
    }

    init(_ text: Substring) {
        var rest = text
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            address = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        } else {
            address = String(rest.prefix { $0 != ":" })
            rest = rest.dropFirst(address.count)
        }
        let parts = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        asn = parts.first.map { String($0.prefix { $0 != "/" }) } ?? ""
        hasPassword = parts.count > 1 && !parts[1].isEmpty
        isMultihop = parts.count > 2 && parts[2].hasPrefix("true")
    }

    /// What this side speaks from is one for all peers there: an address, or an interface.
    func piece(
        _ name: String, source: String?, interface: String?, _ subject: String, _ draft: inout Draft
    ) -> Piece {
        var fields: [Piece.Field] = [.init("name", .text(name)), .init("address", .text(address))]
        if UInt32(asn) != nil {
            fields.append(.init("asn", .number(asn)))
        } else {
            draft.remark(subject, "names no AS number of the peer \(address); write it as 'asn'")
        }
        if let source, IPAddress(source)?.family == IPAddress(address)?.family {
            fields.append(.init("source", .text(source)))
        }
        if let interface { fields.append(.init("sourceInterface", .text(interface))) }
        if isMultihop { fields.append(.init("multihop", .plain("255"))) }
        if hasPassword {
            fields.append(.init("passwordFile", .text("/etc/herald/\(name)")))
            draft.remark(
                subject,
                "write the password of the peer \(address) to the file /etc/herald/\(name), mode 0600, or to a Secret "
                    + "(secretFiles)")
        }
        return .mapping(fields)
    }
}
