/// How addresses are laid on nodes.
public enum Election: String, Hashable, Sendable, CaseIterable {
    /// Evenly: no node is given more than 1.25 times its share.
    case spread
    /// All on one, as far as it can serve them.
    case leader
}
