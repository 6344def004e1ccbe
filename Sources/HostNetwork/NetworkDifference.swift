import Netlink
import NetworkTypes

/// What a batch of changes means to those who look at the host's network.
struct NetworkDifference: Equatable {
    /// Addresses that were ours on some link and are not so there any more.
    let lostOwn: Set<IPAddress>
    /// Whether the host's own addresses may be others now.
    let concernsHost: Bool

    /// `before` is nil when nothing was known.
    init(from before: NetworkState?, to after: NetworkState, by changes: [NetlinkChange]) {
        var suspects: Set<AddressKey> = []
        var concernsHost = before == nil
        for change in changes {
            switch change {
            case .address(let address), .addressRemoved(let address):
                let wasOurs = before?.address(address.key)?.isOurs
                if address.isOurs || wasOurs == true { suspects.insert(address.key) }
                if !address.isOurs || wasOurs == false { concernsHost = true }
            case .linkRemoved(let link):
                suspects.formUnion(before?.addresses(on: link.index).filter(\.isOurs).map(\.key) ?? [])
                concernsHost = true
            case .resynchronised:
                suspects.formUnion(before?.ownAddresses.map(\.key) ?? [])
                concernsHost = true
            case .link: concernsHost = true
            }
        }
        lostOwn = Set(suspects.filter { after.address($0)?.isOurs != true }.map(\.address))
        self.concernsHost = concernsHost
    }
}
