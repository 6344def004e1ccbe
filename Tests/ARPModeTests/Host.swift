import NetworkTypes

@testable import Netlink

/// The links and addresses of a host under test.
struct Host: Equatable {
    var links: [LinkIndex: Link] = [:]
    var addresses: [AddressKey: InterfaceAddress] = [:]

    static let operational: Link.Flags = [.up, .running, .lowerUp]
    static let eth0 = LinkIndex(2)
    static let eth1 = LinkIndex(3)

    /// eth0 with 192.0.2.1/24 and 2001:db8::1/64, eth1 with 198.51.100.1/24.
    static var twoInterfaces: Host {
        var host = Host()
        host.put("lo", 1, flags: [.up, .lowerUp, .loopback], "127.0.0.1/8")
        host.put("eth0", 2, "192.0.2.1/24", "2001:db8::1/64", "fe80::2/64")
        host.put("eth1", 3, "198.51.100.1/24", "fe80::3/64")
        return host
    }

    mutating func put(_ name: String, _ number: Int32, flags: Link.Flags = operational, _ addresses: String...) {
        var link = Link(index: LinkIndex(number), name: name, flags: flags)
        link.macAddress = MACAddress(number: 0x0200_0000_0000 | UInt64(number))
        link.operationalState = .up
        links[link.index] = link
        for address in addresses { add(address, to: number) }
    }

    mutating func edit(_ link: LinkIndex, _ change: (inout Link) -> Void) {
        guard var edited = links[link] else { return }
        change(&edited)
        links[link] = edited
    }

    mutating func setCarrier(_ link: LinkIndex, _ hasCarrier: Bool) {
        edit(link) { link in
            if hasCarrier { link.flags.formUnion(.lowerUp) } else { link.flags.subtract(.lowerUp) }
            link.operationalState = hasCarrier ? .up : .down
        }
    }

    /// `text` as in 192.0.2.1/24.
    mutating func add(_ text: String, to number: Int32) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = Int(parts[1]) else { return }
        put(AddressKey(link: LinkIndex(number), address: address, prefixLength: length), isOurs: false)
    }

    mutating func put(_ key: AddressKey, isOurs: Bool) {
        addresses[key] = InterfaceAddress(
            key: key, label: nil, scope: .universe, flags: [], lifetime: .forever,
            provenance: isOurs ? AddressMark.provenance : nil, routePriority: isOurs ? AddressMark.routePriority : nil)
    }

    mutating func remove(_ address: String) {
        addresses = addresses.filter { $0.key.address.description != address }
    }

    /// The link's addresses go with it.
    mutating func removeLink(_ link: LinkIndex) {
        links[link] = nil
        addresses = addresses.filter { $0.key.link != link }
    }

    var state: NetworkState {
        var state = NetworkState()
        for link in links.values { state.apply(.link(link)) }
        for address in addresses.values { state.apply(.address(address)) }
        return state
    }
}

extension IPAddress {
    /// An address known to be well-formed; 0.0.0.0 otherwise, which no test expects.
    static func test(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }
}
