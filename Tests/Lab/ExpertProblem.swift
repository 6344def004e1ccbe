/// A frame that Wireshark finds broken.
public struct ExpertProblem: Hashable, Sendable {
    /// The frame's place in the capture, from 1.
    public let frame: Int
    /// The highest protocol that was understood.
    public let protocolName: String
    /// What is wrong, in Wireshark's words.
    public let messages: [String]
}
