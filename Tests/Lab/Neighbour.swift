public import NetworkTypes

/// An entry of a node's ARP or Neighbour Discovery cache.
public struct Neighbour: Hashable, Sendable {
    /// Nil while it is not resolved.
    public let mac: MACAddress?
    /// As `ip neigh` names them: REACHABLE, STALE, DELAY, PROBE, FAILED, INCOMPLETE, ….
    public let states: Set<String>
    /// The interface it was seen on.
    public let interface: String
}
