/// The annotations that herald reads and writes, on a Service unless said otherwise.
public enum Annotation {
    /// What every one of them begins with.
    public static let prefix = "herald-lb.io/"
    /// Request: the pool to allocate from, by name.
    public static let pool = "herald-lb.io/pool"
    /// Request: the addresses, with commas between them, at most one of each family.
    public static let addresses = "herald-lb.io/addresses"
    /// Request: Services with the same key and disjoint ports may share an address.
    public static let share = "herald-lb.io/share"
    /// Record: the addresses given, with commas between them. Written by herald alone.
    public static let assigned = "herald-lb.io/assigned"
    /// Report: those of its addresses that a node found in use by another host, with commas between them. Written by herald
    /// alone, for the node that allocates, which gives another address and removes it.
    public static let conflict = "herald-lb.io/conflict"
    /// On a Node: it hands everything over and announces nothing, unless the value reads as false.
    public static let drain = "herald-lb.io/drain"
}
