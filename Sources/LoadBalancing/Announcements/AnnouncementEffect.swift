public import NetworkTypes

/// What became of the announcement of one address, seen from this node.
public struct AnnouncementEffect: Hashable, Sendable {
    public enum State: Hashable, Sendable {
        /// This node announces the address: it is applied and the first frame or message is out.
        case inEffect(interface: String)
        /// Another node has it.
        case owned(by: NodeName)
        /// On its way, and why it is not there yet.
        case pending(Obstacle)
        /// It cannot be announced from here as things are.
        case blocked(Obstacle)
        /// A host that is no member answers for the address; IPAM must give another.
        case conflicted(by: MACAddress, interface: String)
        /// Announced no longer.
        case withdrawn
    }

    public var address: IPAddress
    public var state: State

    public init(address: IPAddress, state: State) {
        self.address = address
        self.state = state
    }

    public var isInEffect: Bool {
        if case .inEffect = state { true } else { false }
    }
}

/// Why something is not as it should be: a code for machines and a sentence for people.
public struct Obstacle: Error, Hashable, Sendable {
    /// UpperCamelCase, as conditions and events want it.
    public var reason: String
    /// What is wrong and what to do about it.
    public var sentence: String

    public init(reason: String, sentence: String) {
        self.reason = reason
        self.sentence = sentence
    }
}
