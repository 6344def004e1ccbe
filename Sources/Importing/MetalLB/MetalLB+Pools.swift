import YAML

extension MetalLB {
    /// Adds all that has an equivalent, and a remark for what has none.
    func write(to draft: inout Draft) {
        writePools(to: &draft)
        writeLayer2(to: &draft)
        writePeers(to: &draft)
        writeAdvertisements(to: &draft)
    }

    private func writePools(to draft: inout Draft) {
        // MetalLB tries low numbers first and pools without one last; herald tries high numbers first.
        let priorities = Set(pools.compactMap { priority(of: $0) }).sorted(by: >)
        for pool in pools {
            var made = Draft.Pool(
                name: pool.name, addresses: pool.spec.texts("addresses"), mode: mode(of: pool, &draft))
            if pool.spec.flag("autoAssign", "auto-assign") == false {
                made.fields.append(.init("autoAssign", .plain("false")))
            }
            if pool.spec.flag("avoidBuggyIPs", "avoid-buggy-ips") == true {
                made.fields.append(.init("skipEdgeAddresses", .plain("true")))
            }
            if let priority = priority(of: pool), let rank = priorities.firstIndex(of: priority) {
                made.fields.append(.init("priority", .plain(String(rank + 1))))
            }
            if let admission = pool.spec["serviceAllocation"] { made.fields += self.admission(admission, pool, &draft) }
            draft.add(made, from: pool.subject)
        }
    }

    private func priority(of pool: Pool) -> Int? {
        pool.spec["serviceAllocation"]?.number("priority").flatMap { $0 == 0 ? nil : $0 }
    }

    private func admission(_ node: Node, _ pool: Pool, _ draft: inout Draft) -> [Piece.Field] {
        var fields: [Piece.Field] = []
        let namespaces = node.texts("namespaces")
        if !namespaces.isEmpty { fields.append(.init("namespaces", .texts(namespaces))) }
        for (theirs, ours) in [
            ("namespaceSelectors", "namespaceSelector"), ("serviceSelectors", "serviceSelector"),
        ] {
            let selectors = node.list(theirs).map(SourceSelector.init)
            guard !selectors.isEmpty else { continue }
            let union = SourceSelector.union(selectors)
            if union == nil {
                draft.remark(pool.subject, "has several \(theirs); herald has one, and the first was taken")
            }
            fields.append(.init(ours, (union ?? selectors[0]).piece))
        }
        return fields
    }

    private func mode(of pool: Pool, _ draft: inout Draft) -> String {
        let isLayer2 = layer2.contains { $0.covers(pool) }
        let isBGP = bgp.contains { $0.covers(pool) }
        if isLayer2, isBGP {
            draft.remark(
                pool.subject, "is announced by layer 2 and BGP; a pool of herald has one mode, and arp was taken")
        }
        if !isLayer2, !isBGP {
            draft.remark(pool.subject, "no advertisement covers it, so its addresses are given and not announced")
        }
        return isLayer2 ? "arp" : isBGP ? "bgp" : "none"
    }

    // MARK: Layer 2

    private func writeLayer2(to draft: inout Draft) {
        guard !layer2.isEmpty else { return }
        let lists = layer2.map { $0.spec.texts("interfaces") }
        if !lists.contains(where: \.isEmpty) {
            var all: [String] = []
            for name in lists.joined() where !all.contains(name) { all.append(name) }
            draft.arp.append(.init("interfaces", .texts(all)))
        }
        if Set(lists.map { $0.sorted() }).count > 1 {
            draft.remark("L2Advertisement", "they differ in their interfaces; herald has one list for all pools")
        }
        let selectors = layer2.map { $0.spec.list("nodeSelectors").map(SourceSelector.init) }
        if Set(selectors).count > 1 {
            draft.remark("L2Advertisement", "they differ in their nodes; herald has one choice for all pools")
        }
        guard let nodes = Self.nodes(selectors.flatMap(\.self), "L2Advertisement", &draft) else { return }
        if !selectors.contains(where: \.isEmpty) { draft.arp.append(.init("nodes", nodes)) }
    }

    /// Which nodes, as herald writes it; nil for all.
    static func nodes(_ selectors: [SourceSelector], _ subject: String, _ draft: inout Draft) -> Piece? {
        guard let first = selectors.first else { return nil }
        let union = SourceSelector.union(selectors)
        if union == nil {
            draft.remark(subject, "chooses nodes by several selectors; herald has one, and the first was taken")
        }
        let chosen = union ?? first
        return chosen.requirements.isEmpty ? nil : .mapping([.init("selector", chosen.piece)])
    }
}
