import NetworkTypes

/// The format in which nodes tell each other that they live.
///
/// A node reads no other than its own: a change that older nodes would misread takes another number, and nodes of
/// different numbers do not know of each other.
public enum HeartbeatFormat {
    /// What this node sends and reads.
    public static let version = Envelope.version

    /// The version of a heartbeat in another format; nil for one in ours, and for what is no heartbeat.
    ///
    /// Nothing vouches for it: the seal of a format that is not known cannot be verified.
    public static func foreignVersion(of datagram: ArraySlice<UInt8>) -> UInt8? {
        var reader = ByteReader(datagram)
        guard (try? reader.uint16()) == Envelope.magic, let found = try? reader.uint8(), found != version else {
            return nil
        }
        return found
    }
}
