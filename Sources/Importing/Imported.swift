/// A configuration of herald made from what another load balancer was configured with.
public struct Imported: Hashable, Sendable {
    /// Something that has no equivalent, or is done in another way.
    public struct Remark: Hashable, Sendable, CustomStringConvertible {
        /// Of what the remark is, as `BGPPeer/tor-a`.
        public let subject: String
        /// What became of it, and what to do.
        public let sentence: String

        /// One line.
        public var description: String { "\(subject): \(sentence)" }
    }

    /// The configuration in YAML, with the remarks as comments at its top.
    public let text: String
    /// In the order of what they are of.
    public let remarks: [Remark]
    /// Pools that were found; without any the text is no configuration that can be used.
    public let poolCount: Int
}
