/// How an address that herald set is told from all others, by this process and by the next one.
///
/// Each address carries two marks, neither of which changes what an address of full length does:
/// - the metric for its prefix route (`IFA_RT_PRIORITY`, Linux 4.18 and later), which an address of full length does not
///   have; `ip address` shows `metric 1212961329`;
/// - its provenance (`IFA_PROTO`, Linux 5.18 and later; older kernels ignore it); `ip address` since iproute2 6.3 shows
///   `proto 0x68`. 1 to 3 are the kernel's, 18 is keepalived's, 85 OVN's; 104 is nobody's.
///
/// An address is ours when the metric is, and the provenance does not say otherwise. An administrator who changes an
/// address by hand (`ip address change`) takes both marks away, and herald then leaves it alone. Labels are not used: they
/// exist for IPv4 alone, are limited to 15 octets, and `getifaddrs` hands them to other programs as interface names.
enum AddressMark {
    /// "HLR1".
    static let routePriority: UInt32 = 0x484C_5231
    /// "h".
    static let provenance: UInt8 = 0x68
}

extension InterfaceAddress {
    /// Whether herald, in this process or one before it, set the address.
    public var isOurs: Bool {
        routePriority == AddressMark.routePriority
            && (provenance ?? AddressMark.provenance) == AddressMark.provenance
    }
}
