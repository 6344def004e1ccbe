/// A configuration of herald made from what another load balancer was configured with.
public struct Imported: Hashable, Sendable {
    /// The configuration in YAML; what has no equivalent, or is done in another way, is told in comments at its top.
    public let text: String
    /// Pools that were found; without any the text is no configuration that can be used.
    public let poolCount: Int
}
