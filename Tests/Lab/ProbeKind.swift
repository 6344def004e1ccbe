/// How a probe asks.
public enum ProbeKind: Hashable, Sendable {
    /// ICMP or ICMPv6 echo, answered by the kernel of whoever has the address.
    case icmp
    /// A UDP echo service, which says who answered.
    case udp(port: UInt16)
}
