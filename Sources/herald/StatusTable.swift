import NetworkTypes
import Operations

/// A status as a table for people.
struct StatusTable {
    private let status: StatusDocument

    init(_ status: StatusDocument) {
        self.status = status
    }

    private static let header = ["SERVICE", "ADDRESSES", "STATE", "OWNER", "INTERFACE", "SINCE", "REASON"]

    var text: String {
        var lines = [
            "node \(status.node), \(status.version), mode \(status.mode), up since \(status.started)",
            "configuration \(status.configuration.file) \(status.configuration.hash), in force since "
                + status.configuration.loaded,
        ]
        lines += status.configuration.rejections.map { "NOT IN FORCE: \($0)" }
        lines += status.configuration.warnings ?? []
        lines += status.cluster?.lines ?? []
        lines += status.problems.map { "problem: \($0)" }
        lines += status.pools.map(Self.line)
        if let membership = status.membership { lines += Self.lines(membership) }
        if let bgp = status.bgp { lines += PeerTable(bgp).lines }
        lines.append("")
        let rows = status.services.flatMap(Self.rows)
        lines += rows.isEmpty ? ["no Services of ours"] : align([Self.header] + rows)
        return lines.map(Self.printable).joined(separator: "\n")
    }

    private static func lines(_ membership: StatusDocument.Membership) -> [String] {
        var lines: [String] = []
        if membership.isDraining { lines.append("this node hands over its addresses; end that by: herald undrain") }
        if let allocator = membership.allocator, !membership.members.isEmpty {
            lines.append("node \(allocator) gives addresses away")
        }
        if let free = membership.freeAhead, free > 0 {
            lines.append("asked ahead: nobody answers for the next \(free) addresses to be given")
        }
        if let problem = membership.problem { lines.append("membership: \(problem)") }
        return lines
            + membership.members.map { member in
                let arrivals = member.arrivalP99.map { ", heartbeats within \($0) ms" } ?? ""
                let limit = member.deadAfter.map { ", dead after \(Int(min(max($0, 0), 1e9))) ms of silence" } ?? ""
                let drain = member.isDraining ? ", draining" : ""
                return "member \(member.name): \(member.reach), \(member.verdict), \(member.addresses) addresses"
                    + arrivals + limit + drain
            }
    }

    private static func line(_ pool: StatusDocument.Pool) -> String {
        var parts = ["\(pool.used) of \(pool.size) used"]
        if pool.quarantined > 0 { parts.append("\(pool.quarantined) in quarantine") }
        if pool.conflicted > 0 { parts.append("\(pool.conflicted) in conflict") }
        return "pool \(pool.name) \(pool.family): \(parts.joined(separator: ", "))"
    }

    /// One row for each address, the Service named in the first.
    private static func rows(_ service: StatusDocument.Service) -> [[String]] {
        let name = "\(service.namespace)/\(service.name)"
        let reason = service.message ?? ""
        guard !service.addresses.isEmpty else { return [[name, "-", service.state, "-", "-", "-", reason]] }
        return service.addresses.enumerated().map { index, address in
            let isFirst = index == 0
            return [
                isFirst ? name : "", address.address, isFirst ? service.state : "", address.owner ?? "-",
                address.interface ?? "-", address.since ?? "-", isFirst ? reason : "",
            ]
        }
    }

    /// What others wrote must not steer the terminal.
    static func printable(_ line: String) -> String {
        String(String.UnicodeScalarView(line.unicodeScalars.map { $0.isPlain ? $0 : "?" }))
    }
}

/// Puts rows of equal length below each other, column by column.
func align(_ rows: [[String]]) -> [String] {
    let count = rows.first?.count ?? 0
    let widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        var line = row.indices.map { column in
            row[column] + String(repeating: " ", count: widths[column] - row[column].count)
        }.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }
}
