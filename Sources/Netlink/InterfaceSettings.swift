import Glibc

/// The kernel settings of a link that decide who answers for an address, as they are under `/proc/sys/net`.
///
/// Read in the network namespace of the calling thread. A value is nil when the file is not there or not a number: the
/// kernel lacks IPv6, or /proc is not mounted.
public struct InterfaceSettings: Hashable, Sendable {
    /// Which requests the kernel answers by ARP: 0 those for any address of the host; the higher of link and `all` holds.
    public var arpIgnore: Int?
    /// Which source address ARP requests carry; the higher of link and `all` holds.
    public var arpAnnounce: Int?
    /// Filtering by return path: 0 off, 1 strict, 2 loose; the higher of link and `all` holds.
    public var returnPathFilter: Int?
    /// IPv6 forwarding on the link.
    public var forwardsIPv6: Int?

    /// What holds for a link; nil when the name is none that a link can have.
    public init?(link name: String) {
        guard Self.isLinkName(name) else { return nil }
        arpIgnore = Self.higher("arp_ignore", name)
        arpAnnounce = Self.higher("arp_announce", name)
        returnPathFilter = Self.higher("rp_filter", name)
        forwardsIPv6 = Self.read("ipv6", name, "forwarding")
    }

    /// Whether `name` is safe as a part of a path: 1 to 15 octets, no slash, no colon, no blank, neither `.` nor `..`.
    ///
    /// A dot elsewhere is as good as any other octet (`eth0.100`): the name is one component of a path and is not taken
    /// apart, as the `sysctl` command would.
    static func isLinkName(_ name: String) -> Bool {
        guard (1...15).contains(name.utf8.count), name != ".", name != ".." else { return false }
        return name.utf8.allSatisfy { octet in
            octet > 0x20 && octet != 0x7F && octet != UInt8(ascii: "/") && octet != UInt8(ascii: ":")
        }
    }

    private static func higher(_ setting: String, _ name: String) -> Int? {
        guard let own = read("ipv4", name, setting), let all = read("ipv4", "all", setting) else {
            return nil
        }
        return max(own, all)
    }

    private static func read(_ family: String, _ name: String, _ setting: String) -> Int? {
        let file = unsafe open("/proc/sys/net/\(family)/conf/\(name)/\(setting)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe Glibc.read(file, $0.baseAddress, $0.count)
        }
        guard count > 0 else { return nil }
        return Int(String(decoding: buffer.prefix(count).prefix { $0 > 0x20 }, as: UTF8.self))
    }
}
