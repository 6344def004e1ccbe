/// One thing that must hold before this node counts as ready.
public struct ReadinessCheck: Hashable, Sendable {
    /// One word or two, as `snapshot`.
    public var name: String
    /// One check that does not hold makes the node not ready.
    public var holds: Bool
    /// What is so, or what is missing.
    public var detail: String

    /// `detail` tells what is so when it holds, otherwise what is missing.
    public init(_ name: String, holds: Bool, _ detail: String) {
        self.name = name
        self.holds = holds
        self.detail = detail
    }
}
