/// A status as one page for people, which needs no script and nothing from elsewhere, and loads itself again.
public struct StatusPage {
    /// Nothing is loaded, run, framed or sent, whatever should get into the page.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private let status: StatusDocument
    private var html = HTMLWriter()

    /// Writes nothing yet; `render(_:)` makes the whole page.
    public init(_ status: StatusDocument) {
        self.status = status
    }

    /// The page as HTML.
    public static func render(_ status: StatusDocument) -> [UInt8] {
        var page = StatusPage(status)
        page.write()
        return page.html.bytes
    }

    private mutating func write() {
        html.markup(Self.beginning)
        html.text(status.node)
        html.markup(" – herald</title></head><body><header><h1>herald on ")
        html.text(status.node)
        html.markup("</h1><p>")
        html.text("\(status.version) · mode \(status.mode) · up since \(Self.time(status.started)) · times are UTC")
        for line in status.cluster?.lines ?? [] {
            html.markup("<br>")
            html.text(line)
        }
        html.markup("</p></header>\n<main>")
        writeTroubles()
        writeServices()
        writePools()
        if let membership = status.membership { write(membership) }
        if let bgp = status.bgp { write(bgp) }
        for section in status.sections ?? [] { write(section) }
        writeEvents()
        writeConfiguration()
        html.markup("</main></body></html>\n")
    }

    private mutating func writeTroubles() {
        var troubles = status.problems
        if let cluster = status.cluster, !cluster.reachable { troubles = cluster.lines.dropLast() + troubles }
        troubles += [status.bgp?.obstacle].compactMap(\.self) + (status.bgp?.problems ?? [])
        if let problem = status.membership?.problem { troubles.insert(problem, at: 0) }
        let rejections = status.configuration.rejections.map { "The configuration file is not in force: \($0)" }
        troubles.insert(contentsOf: rejections, at: 0)
        guard !troubles.isEmpty else { return }
        html.markup("<section class=\"trouble\" role=\"alert\"><h2>Needs a person</h2>")
        writeList(troubles)
        html.markup("</section>\n")
    }

    private mutating func writeList(_ items: [String]) {
        html.markup("<ul>")
        for item in items {
            html.markup("<li>")
            html.text(item)
            html.markup("</li>")
        }
        html.markup("</ul>")
    }

    /// Services that the page shows; a browser is slow with many more, and nobody reads them.
    static let mostServices = 1_000

    private static let serviceColumns = ["Service", "Address", "State", "Owner", "Interface", "Since", "Reason"]

    private mutating func writeServices() {
        html.markup("<section><h2>Services</h2>")
        let states = Dictionary(grouping: status.services, by: \.state).mapValues(\.count)
        let counts = states.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        html.markup("<p>")
        html.text(status.services.isEmpty ? "No Services of ours." : counts.joined(separator: ", "))
        // What needs someone comes first.
        let waiting = status.services.filter { $0.state != "Announced" }
        let shown = (waiting + status.services.filter { $0.state == "Announced" }).prefix(Self.mostServices)
        if shown.count < status.services.count {
            html.text("; \(shown.count) of \(status.services.count) are shown here, and all by herald status")
        }
        html.markup("</p>")
        guard !status.services.isEmpty else { return html.markup("</section>\n") }
        html.markup("<div class=\"scroll\"><table>")
        html.head(Self.serviceColumns)
        html.markup("<tbody>")
        for service in shown { write(service) }
        html.markup("</tbody></table></div></section>\n")
    }

    /// One row for each address, the Service named in the first.
    private mutating func write(_ service: StatusDocument.Service) {
        let addresses = service.addresses.isEmpty ? [nil] : service.addresses.map(Optional.some)
        let columns = Self.serviceColumns
        for (index, address) in addresses.enumerated() {
            let isFirst = index == 0
            html.markup("<tr>")
            html.cell(isFirst ? "\(service.namespace)/\(service.name)" : "", label: "", "title")
            html.cell(address?.address ?? "–", label: columns[1], "address")
            html.cell(isFirst ? service.state : "", label: columns[2], Self.kind(service.state))
            html.cell(address?.owner ?? "–", label: columns[3])
            html.cell(address?.interface ?? "–", label: columns[4])
            html.cell(Self.time(address?.since), label: columns[5])
            html.cell(isFirst ? service.message ?? "" : "", label: columns[6])
            html.markup("</tr>\n")
        }
    }

    private static func kind(_ state: String) -> StaticString {
        switch state {
        case "Announced": "good"
        case "Refused": "bad"
        default: "waiting"
        }
    }

    /// `2026-11-22T22:33:52Z` as people write it.
    private static func time(_ text: String?) -> String {
        guard var text else { return "–" }
        if text.hasSuffix("Z") { text.removeLast() }
        return text.replacing("T", with: " ")
    }

    private mutating func writePools() {
        guard !status.pools.isEmpty else { return }
        let columns = ["Pool", "Family", "Used", "Of", "Quarantined", "Conflicted", ""]
        html.markup("<section><h2>Pools</h2><div class=\"scroll\"><table>")
        html.head(columns)
        html.markup("<tbody>")
        for pool in status.pools {
            html.markup("<tr>")
            let cells = [pool.family, String(pool.used), pool.size, String(pool.quarantined), String(pool.conflicted)]
            html.cell(pool.name, label: "", "title")
            for (cell, column) in zip(cells, columns.dropFirst()) { html.cell(cell, label: column) }
            html.markup("<td><meter min=\"0\" max=\"1\" high=\"0.9\" value=\"")
            html.text(Self.fraction(pool))
            html.markup("\"></meter></td></tr>\n")
        }
        html.markup("</tbody></table></div></section>\n")
    }

    private static func fraction(_ pool: StatusDocument.Pool) -> String {
        guard let size = Double(pool.size), size > 0 else { return "1" }
        let taken = Double(pool.used + pool.quarantined + pool.conflicted) / size
        return "\((min(taken, 1) * 1_000).rounded() / 1_000)"
    }

    private mutating func write(_ section: StatusSection) {
        html.markup("<section><h2>")
        html.text(section.title)
        html.markup("</h2>")
        if section.rows.isEmpty {
            html.markup("<p>None.</p></section>\n")
            return
        }
        html.markup("<div class=\"scroll\"><table>")
        html.head(section.columns)
        html.markup("<tbody>")
        for row in section.rows {
            html.markup("<tr>")
            for (place, cell) in row.enumerated() {
                let label = place == 0 || place >= section.columns.count ? "" : section.columns[place]
                html.cell(cell, label: label, place == 0 ? "title" : Self.kind(of: cell, in: section))
            }
            html.markup("</tr>\n")
        }
        html.markup("</tbody></table></div></section>\n")
    }

    /// How the words of members and peers are to be taken.
    private static func kind(of word: String, in section: StatusSection) -> StaticString {
        guard section.name == "members" || section.name == "bgp" else { return "" }
        return switch word.lowercased() {
        case "mutual", "witnessed", "alive", "established", "up": "good"
        case "unreachable", "deaf", "dead", "idle", "active", "connect", "down": "bad"
        case "suspect", "draining", "settling", "opensent", "openconfirm", "init": "waiting"
        default: ""
        }
    }

    private mutating func write(_ membership: StatusDocument.Membership) {
        let own = [
            status.node, "this node", "", "", String(membership.addresses),
            membership.isDraining ? "draining" : membership.isSettling ? "settling" : "",
        ]
        let others = membership.members.map { member in
            [
                member.name, member.reach, member.verdict, member.arrivalP99.map { "\($0) ms" } ?? "–",
                String(member.addresses), member.isDraining ? "draining" : "",
            ]
        }
        write(
            StatusSection(
                name: "members", title: "Members",
                columns: ["Node", "Reach", "Heartbeats", "Interval p99", "Addresses", ""], rows: [own] + others))
    }

    private mutating func write(_ bgp: StatusDocument.BGP) {
        let rows = bgp.peers.map { peer in
            let routes = peer.advertised.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            return [
                peer.name, peer.address, "\(peer.asn)", peer.state, Self.time(peer.since),
                routes.isEmpty ? "–" : routes.joined(separator: ", "), peer.bfd?.state ?? "–",
                peer.state == "Established" ? "" : peer.lastError ?? peer.reason,
            ]
        }
        write(
            StatusSection(
                name: "bgp", title: "BGP peers",
                columns: ["Peer", "Address", "AS", "Session", "Since", "Routes", "BFD", "Reason"], rows: rows))
    }

    private mutating func writeEvents() {
        guard let events = status.events, !events.isEmpty else { return }
        write(
            StatusSection(
                name: "events", title: "Last events", columns: ["Time", "Service", "Reason", "Message"],
                rows: events.map { [Self.time($0.time), $0.service, $0.reason, $0.message] }))
    }

    private mutating func writeConfiguration() {
        let configuration = status.configuration
        html.markup("<section><h2>Configuration in force</h2><p>")
        html.text("\(configuration.file), hash \(configuration.hash), since \(Self.time(configuration.loaded))")
        html.markup("</p>")
        if let warnings = configuration.warnings, !warnings.isEmpty { writeList(warnings) }
        if let text = configuration.text {
            html.markup("<details><summary>Show</summary><pre>")
            html.text(text)
            html.markup("</pre></details>")
        }
        html.markup("</section>\n")
    }

    private static let beginning: StaticString = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="refresh" content="5">
        <style>
        :root { --ink: #1d2430; --soft: #5b6675; --paper: #f6f7f9; --card: #fff; --line: #dde2e9;
          --good: #0a7d3f; --waiting: #9a6200; --bad: #b3261e; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa5b4; --paper: #14181f;
          --card: #1d232c; --line: #333c49; --good: #5fd38d; --waiting: #f0b55a; --bad: #ff8a80; } }
        * { box-sizing: border-box; }
        body { margin: 0; font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
        header, main { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
        h1 { margin: 1.2rem 0 0; font-size: 1.5rem; } h2 { margin: 0 0 .4rem; font-size: 1.05rem; }
        header p, section p { margin: .2rem 0 .6rem; color: var(--soft); }
        section { margin: 0 0 1rem; padding: .9rem 1rem; background: var(--card); border: 1px solid var(--line);
          border-radius: .6rem; }
        .trouble { border-color: var(--bad); } .trouble h2 { color: var(--bad); }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th { text-align: left; font-weight: 600; color: var(--soft); }
        th, td { padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
          white-space: nowrap; }
        td:last-child { white-space: normal; min-width: 14rem; }
        tbody tr:last-child td { border-bottom: 0; }
        .address { font-family: ui-monospace, monospace; }
        .good { color: var(--good); } .waiting { color: var(--waiting); } .bad { color: var(--bad); }
        meter { width: 10rem; } pre { overflow-x: auto; font-size: .85rem; }
        li, td, header p { overflow-wrap: anywhere; }
        @media (max-width: 44rem) {
          table, tbody, tr, td { display: block; } thead { display: none; }
          tr { padding: .4rem 0; border-bottom: 1px solid var(--line); }
          tbody tr:last-child { border-bottom: 0; }
          td, td:last-child { padding: .1rem 0; border: 0; white-space: normal; min-width: 0; }
          td:empty { display: none; } td.title { font-weight: 600; }
          td[data-label] { display: grid; grid-template-columns: 7.5rem 1fr; }
          td[data-label]::before { content: attr(data-label); color: var(--soft); font-family: system-ui, sans-serif; }
        }
        </style>
        <title>
        """
}
