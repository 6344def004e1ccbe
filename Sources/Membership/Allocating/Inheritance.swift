import NetworkTypes

/// What the nodes have recorded together: of each Service what most of them have, of equals what was added first.
struct Inheritance {
    private struct Candidate {
        let addresses: [IPAddress]
        var votes = 1
    }

    private var candidates: [String: [Candidate]] = [:]

    mutating func add(_ records: NodeRecords) {
        for record in records.sorted where !record.addresses.isEmpty {
            let known = candidates[record.name, default: []]
            if let index = known.firstIndex(where: { $0.addresses == record.addresses }) {
                candidates[record.name]?[index].votes += 1
            } else {
                candidates[record.name, default: []].append(Candidate(addresses: record.addresses))
            }
        }
    }

    /// Ascending by name.
    var records: [SharedRecord] {
        candidates.keys.sorted().compactMap { name in
            var best: Candidate?
            for candidate in candidates[name] ?? [] where candidate.votes > best?.votes ?? 0 { best = candidate }
            return best.map { SharedRecord(name: name, addresses: $0.addresses) }
        }
    }
}
