/// Proves that a heartbeat comes from a node of the cluster: HMAC-SHA256 (RFC 2104), truncated to its first 128 bits.
///
/// Two keys are valid at a time, so that a new one can be brought to every node before the old one goes.
public protocol HeartbeatSeal: Sendable {
    /// The number of the key that new heartbeats are sealed with.
    var sealingKey: UInt8 { get }
    /// The first 16 octets of the HMAC as a big-endian number; nil when there is no such key.
    func tag(of message: ArraySlice<UInt8>, key: UInt8) -> UInt128?
}
