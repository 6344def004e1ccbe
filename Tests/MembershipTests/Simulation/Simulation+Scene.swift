import NetworkTypes

@testable import Membership

extension Simulation {
    /// What an onlooker sees who sees everything; sets of nodes are masks.
    struct Scene {
        /// For each address the nodes that answer for it.
        var answering: [UInt16]
        /// For each address the nodes that should be able to own it.
        var mayOwn: [UInt16]
        /// For each node itself, those that it and they reach, and those that a third node reaches as well.
        var near: [UInt16]
        /// The nodes that are connected, however many others are between them.
        var parts: Set<UInt16>
    }

    private var running: UInt16 {
        nodes.indices.reduce(0) { nodes[$1].isRunning ? $0 | 1 << UInt16($1) : $0 }
    }

    func answeringMasks() -> [UInt16] {
        desired.indices.map { address in
            nodes.indices.reduce(0) { answers($1, address) ? $0 | 1 << UInt16($1) : $0 }
        }
    }

    func near(_ node: Int) -> UInt16 {
        let mutual = network.mutual(among: running)
        return spread(mutual[node], by: mutual)
    }

    /// The nodes of a mask and all that they reach.
    private func spread(_ mask: UInt16, by mutual: [UInt16]) -> UInt16 {
        nodes.indices.reduce(mask) { mask & (1 << UInt16($1)) != 0 ? $0 | mutual[$1] : $0 }
    }

    var scene: Scene {
        let mutual = network.mutual(among: running)
        let near = mutual.map { spread($0, by: mutual) }
        var parts = near
        for _ in 0..<nodes.count { parts = parts.map { spread($0, by: mutual) } }
        let mayOwn = nodes.indices.reduce(UInt16(0)) { nodes[$1].mayOwn ? $0 | 1 << UInt16($1) : $0 }
        return Scene(
            answering: answeringMasks(), mayOwn: desired.map { ($0 ?? 0) & mayOwn }, near: near,
            parts: Set(parts.filter { $0 != 0 }))
    }

    mutating func checkInvariants() {
        invariants.check(scene, at: now)
    }
}
