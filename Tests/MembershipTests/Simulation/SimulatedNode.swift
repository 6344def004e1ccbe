import NetworkTypes

@testable import Membership

/// One node with its process, its interfaces and its kernel.
struct SimulatedNode {
    enum Process { case running, frozen, dead }

    let name: NodeName
    var process = Process.dead
    var member: Member?
    /// Counts up with every start, so that what was meant for a run before is dropped.
    var run = 0
    var incarnation: UInt64 = 0
    /// What came in while the process was frozen; a socket holds no more than 200.
    var queue: [[UInt8]] = []
    var frozenAt: MonotonicTime?
    var answeringAtFreeze: [UInt16] = []
    /// Answered for, unless held.
    var attached: Set<Int> = []
    var isHolding = false
    /// When the process was killed, with its kernel still holding `attached`.
    var killedAt: MonotonicTime?
    /// Nodes that were not heard when this one began to listen.
    var unheard: Set<NodeName> = []
    /// As the member was last told.
    var toldSubnets: Set<CIDR> = []
    var hasCarrier = true
    var isDraining = false
    var isExcluded = false
    /// The claim that each attachment under way belongs to.
    var attaching: [Int: Int] = [:]
    var attachments = 0
    /// What its disk says about who has which address, and the last change of it that it took in.
    var records: [String: IPAddress] = [:]
    var seenAllocation = 0
    /// Milliseconds between its heartbeats.
    var interval = 50

    var eligibility: Eligibility {
        Eligibility(subnets: hasCarrier ? Simulation.subnets : [], isExcluded: isExcluded)
    }
    var isRunning: Bool { process == .running }
    var mayOwn: Bool { isRunning && hasCarrier && !isDraining && !isExcluded }
}
