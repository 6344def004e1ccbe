import FileSystem
import Netlink

/// How a bond spreads what is sent over its ports, as far as it matters to ARP.
enum BondMode: Equatable {
    /// `balance-alb`: it answers and rewrites ARP, with the hardware addresses of its ports.
    case adaptiveLoadBalancing
    case other

    /// Nil for what is no bond, or where /sys does not tell.
    static func read(of name: String, in network: NetworkState) -> BondMode? {
        guard network.link(named: name)?.kind == "bond",
            let text = try? BoundedFile.read("/sys/class/net/\(name)/bonding/mode", limit: 64)
        else { return nil }
        return text.starts(with: "balance-alb".utf8) ? .adaptiveLoadBalancing : .other
    }
}
