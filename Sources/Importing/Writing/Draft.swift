import NetworkTypes

/// A configuration while it is being made.
struct Draft {
    struct Pool {
        var name: String
        var addresses: [String]
        /// The keys besides name, addresses and mode.
        var fields: [Piece.Field] = []
        /// arp, bgp or none.
        var mode = "none"
    }

    private(set) var pools: [Pool] = []
    var services: [Piece.Field] = []
    var arp: [Piece.Field] = []
    var bgp: [Piece.Field] = []
    /// Lines on what has no equivalent, or is done in another way.
    private var remarks: [String] = []

    /// Tells of a subject, as `BGPPeer/tor-a`, what became of it and what to do.
    mutating func remark(_ subject: String, _ sentence: String) {
        let remark = Self.printable("\(subject): \(sentence)")
        if !remarks.contains(remark) { remarks.append(remark) }
    }

    /// Adds the pool, its blocks written with their first address: the others take a block by any address in it.
    mutating func add(_ pool: Pool, from subject: String) {
        var pool = pool
        pool.addresses = pool.addresses.map { text in
            guard let (address, length) = CIDR.parts(of: text),
                let block = CIDR(containing: address, prefixLength: length), block.network != address
            else { return text }
            remark(subject, "'\(text)' is written as the block that it stands for, \(block)")
            return block.description
        }
        pools.append(pool)
    }

    /// A remark is one line of a comment, whatever it names.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned: "?"
                    default: scalar
                    }
                }))
    }

    func finished() -> Imported {
        let mode = pools.first { $0.mode != "none" }?.mode ?? pools.first?.mode ?? "arp"
        var fields: [Piece.Field] = [.init("mode", .plain(mode))]
        if !services.isEmpty { fields.append(.init("services", .mapping(services))) }
        fields.append(.init("pools", .list(pools.map { Self.piece($0, mode) })))
        if !arp.isEmpty, pools.contains(where: { $0.mode == "arp" }) { fields.append(.init("arp", .mapping(arp))) }
        if !bgp.isEmpty, pools.contains(where: { $0.mode == "bgp" }) { fields.append(.init("bgp", .mapping(bgp))) }
        let comments = remarks.map { "# \($0)" }
        let head = ["# Made by: herald import"] + (comments.isEmpty ? [] : ["# To look at:"] + comments)
        let text = (head + Self.blocks(fields)).joined(separator: "\n") + "\n"
        return Imported(text: text, poolCount: pools.count)
    }

    /// The sections, each as a block.
    private static func blocks(_ fields: [Piece.Field]) -> [String] {
        fields.flatMap { field -> [String] in
            guard case .mapping(let inner) = field.value else { return Piece.lines([field]) }
            return ["\(field.key):"] + Piece.lines(inner, indent: "  ")
        }
    }

    private static func piece(_ pool: Pool, _ mode: String) -> Piece {
        var fields: [Piece.Field] = [.init("name", .text(pool.name)), .init("addresses", .texts(pool.addresses))]
        fields += pool.fields
        if pool.mode != mode { fields.append(.init("mode", .plain(pool.mode))) }
        return .mapping(fields)
    }
}
