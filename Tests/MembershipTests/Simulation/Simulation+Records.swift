import NetworkTypes

@testable import Membership

// Who has which address, where the nodes keep that themselves.
extension Simulation {
    /// A Service comes or goes, on all nodes at once.
    mutating func toggleService(_ name: String) {
        trace?.note(at: now, "service \(name)")
        if services.remove(name) == nil { services.insert(name) }
        for node in nodes.indices where nodes[node].isRunning { allocate(on: node) }
    }

    /// Takes in who allocates and what that one has.
    mutating func followAllocation(_ node: Int) {
        guard let member = nodes[node].member, nodes[node].seenAllocation != member.allocationGeneration else { return }
        nodes[node].seenAllocation = member.allocationGeneration
        let allocation = member.allocation
        trace?.note(at: now, "\(nodes[node].name): \(allocation.allocator) allocates")
        guard let records = allocation.records else { return }
        for record in records { nodes[node].records[record.name] = record.addresses.first }
        allocate(on: node)
    }

    func isAllocator(_ node: Int) -> Bool {
        nodes[node].isRunning && nodes[node].member?.allocation.allocator == .own
    }

    mutating func tellRecords(of node: Int) {
        let records = services.sorted().map { name in
            SharedRecord(name: name, addresses: [nodes[node].records[name]].compactMap(\.self))
        }
        feed(.records(records), to: node)
    }

    /// Whoever allocates gives each Service an address that no other has.
    mutating func allocate(on node: Int) {
        nodes[node].records = nodes[node].records.filter { services.contains($0.key) }
        if isAllocator(node) {
            var taken: Set<IPAddress> = []
            for name in services.sorted() {
                let known = nodes[node].records[name]
                let free = (0..<16).lazy.map { IPAddress(ipv4: 0xC633_6400 + $0) }.first { !taken.contains($0) }
                guard let address = known.flatMap({ taken.contains($0) ? nil : $0 }) ?? free else { continue }
                nodes[node].records[name] = address
                taken.insert(address)
            }
        }
        tellRecords(of: node)
    }

    /// One node allocates, all have what it has, and no two Services have one address.
    mutating func expectOneAllocator() {
        let allocators = nodes.indices.filter(isAllocator)
        guard allocators.count == 1 else {
            return invariants.fail("\(allocators) allocate", at: now)
        }
        let records = nodes[allocators[0]].records
        if Set(records.keys) != services || Set(records.values).count != services.count {
            invariants.fail("the records are \(records)", at: now)
        }
        for node in nodes.indices where nodes[node].records != records {
            invariants.fail("node \(node) has the records \(nodes[node].records), not \(records)", at: now)
        }
    }
}
