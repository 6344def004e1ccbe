/// One thing that must hold before this node counts as ready.
public struct ReadinessCheck: Hashable, Sendable {
    /// One word or two, as `snapshot`.
    public var name: String
    /// Whether it is so.
    public var holds: Bool
    /// What is so, or what is missing.
    public var detail: String

    /// Takes the parts as they are.
    public init(_ name: String, holds: Bool, _ detail: String) {
        self.name = name
        self.holds = holds
        self.detail = detail
    }
}
