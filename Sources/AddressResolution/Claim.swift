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

    public let address: IPAddress
    /// Who: the link-layer address in the message, or of the frame where the message has none.
    public let hardwareAddress: MACAddress
    public let kind: Kind
    public let time: MonotonicTime

    public init(address: IPAddress, hardwareAddress: MACAddress, kind: Kind, time: MonotonicTime) {
        self.address = address
        self.hardwareAddress = hardwareAddress
        self.kind = kind
        self.time = time
    }
}
