/// Which way frames of a node are stopped.
public enum Direction: Hashable, Sendable {
    /// What the node sends is lost; it still hears.
    case outgoing
    /// What is sent to the node is lost; it is still heard.
    case incoming
    /// Neither is delivered.
    case both
}
