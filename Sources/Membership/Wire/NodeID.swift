import NetworkTypes

/// A node's name as 64 bits, the same on every node and in every process.
///
/// Ten thousand names collide with a probability of 3 in 10^12; who collides with a known member is turned away.
struct NodeID: Hashable, Sendable, Comparable {
    let number: UInt64

    init(number: UInt64) {
        self.number = number
    }

    init(_ name: NodeName) {
        number = StableHash.hash(name.text.utf8)
    }

    static func < (left: NodeID, right: NodeID) -> Bool { left.number < right.number }
}
