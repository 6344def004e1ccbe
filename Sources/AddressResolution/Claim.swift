public import NetworkTypes

/// That a station was heard to use an address, or to ask whether it is free.
public struct Claim: Hashable, Sendable {
    /// What the station did.
    public enum Kind: Hashable, Sendable {
        /// It sent as the address or told others that it is there: ARP sender, advertisement target, IPv6 source.
        case use
        /// It asked whether the address is free: ARP probe (RFC 5227), duplicate address detection (RFC 4862).
        case probe
    }

    /// What is claimed.
    public let address: IPAddress
    /// Who: the link-layer address in the message, or of the frame where the message has none.
    public let hardwareAddress: MACAddress
    /// How it is claimed.
    public let kind: Kind
    /// When it was heard.
    public let time: MonotonicTime

    /// A claim as it was heard.
    public init(address: IPAddress, hardwareAddress: MACAddress, kind: Kind, time: MonotonicTime) {
        self.address = address
        self.hardwareAddress = hardwareAddress
        self.kind = kind
        self.time = time
    }
}
