public import NetworkTypes

/// What became of the announcement of one address, seen from this node.
public struct AnnouncementEffect: Hashable, Sendable {
    /// How far the announcement has come. What is rare is kept elsewhere, for one of these is kept of every address.
    public enum State: Hashable, Sendable {
        /// This node announces the address: it is applied and the first frame or message is out.
        case inEffect(interface: String)
        /// Another node has it.
        case owned(by: NodeName)
        /// On its way, and why it is not there yet.
        indirect case pending(Obstacle)
        /// It cannot be announced from here as things are.
        indirect case blocked(Obstacle)
        /// A host that is no member answers for the address; IPAM must give another.
        indirect case conflicted(by: MACAddress, interface: String)
        /// What was told of a conflict holds no longer: a node has the address. Nothing else is told of it.
        case conflictOver
        /// Announced no longer.
        case withdrawn
    }

    /// One that was desired of the announcer at some time.
    public var address: IPAddress
    /// How far it has come; replaces whatever was told of the address before.
    public var state: State

    /// Takes a state as the announcer tells it; since when is the planner's to note.
    public init(address: IPAddress, state: State) {
        self.address = address
        self.state = state
    }
}

/// Why something is not as it should be: a code for machines and a sentence for people.
public struct Obstacle: Error, Hashable, Sendable {
    /// UpperCamelCase, as conditions and events want it.
    public var reason: String
    /// What is wrong and what to do about it.
    public var sentence: String

    /// Neither text is checked or cut.
    public init(reason: String, sentence: String) {
        self.reason = reason
        self.sentence = sentence
    }
}
