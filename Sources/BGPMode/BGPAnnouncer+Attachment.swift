import Configuration
import HostNetwork
import LoadBalancing
import Logging
import Netlink
import NetworkTypes
import PacketLoop

/// The kernel holds what is announced.
extension BGPAnnouncer {
    /// How long after a failure a device is asked for again.
    private static let deviceInterval = Duration.seconds(5)

    /// Where addresses are held; nil when nowhere, or not yet.
    var attachmentLink: LinkIndex? {
        switch settings.attach {
        case .lo: .loopback
        case .link: device?.link ?? (isStillOnLoopback ? .loopback : nil)
        case .none: nil
        }
    }

    /// As a status shows it.
    var attachmentName: String {
        switch settings.attach {
        case .lo: "lo"
        case .link: isStillOnLoopback ? "lo" : Self.deviceName
        case .none: "bgp"
        }
    }

    /// What has no place yet is held once the device is there.
    func hold(_ tickets: [IPAddress: UInt64]) {
        guard !tickets.isEmpty else { return }
        guard let link = attachmentLink else { return prepareDevice() }
        let keys = tickets.keys.map { AddressKey(link: link, address: $0) }
        keeper.keep(keys) { [weak self, loop] results in
            guard let self else { return }
            loop.execute { self.onLoop { $0.takeIn(results, tickets) } }
        }
    }

    private func takeIn(_ results: [AddressKey: NetlinkError?], _ tickets: [IPAddress: UInt64]) {
        var orders = RouteBook.Orders()
        for (key, failure) in results {
            guard let ticket = tickets[key.address] else { continue }
            let obstacle = failure.map { error in
                Obstacle(
                    reason: "AddressNotAdded",
                    sentence: "\(key.address) could not be added to \(attachmentName): \(error)")
            }
            orders.merge(book.attached(key.address, ticket: ticket, failure: obstacle))
        }
        if !book.failed.isEmpty { retryTimer?.restart(after: .seconds(10)) }
        carryOut(orders)
        completeSetIfKnown()
    }

    func letGo(_ addresses: [IPAddress]) {
        guard !addresses.isEmpty, let link = attachmentLink else { return }
        keeper.letGo(addresses.map { AddressKey(link: link, address: $0) }, completion: nil)
    }

    /// What someone else took away is put back.
    func holdAgain(_ keys: [AddressKey]) {
        guard !isClosed, let link = attachmentLink else { return }
        var orders = RouteBook.Orders()
        for key in keys where key.link == link && book.isRouted(key.address) {
            logger.warning("address was gone and is put back", metadata: ["service.address": "\(key.address)"])
            orders.merge(book.attachAgain(key.address))
        }
        if !orders.attach.isEmpty { carryOut(orders) }
    }

    func retryFailed() {
        guard !isClosed else { return }
        var orders = RouteBook.Orders()
        for address in book.failed { orders.merge(book.attachAgain(address)) }
        carryOut(orders)
    }

    /// Once what is wanted is known: what an earlier process has left and nobody wants is removed.
    func sweepOnce() {
        guard !hasSwept, isSourceComplete else { return }
        hasSwept = true
        let kept = attachmentLink == .loopback ? book.entries.keys.map { AddressKey(link: .loopback, address: $0) } : []
        keeper.sweep(keeping: Set(kept), on: .loopback, completion: nil)
    }

    /// The configuration wants addresses elsewhere: they are put there before they are taken from where they were, and
    /// stay on lo until there is a device.
    func moveAttachment(from old: BGPSettings.Attachment) {
        if old == .lo, settings.attach == .link, !book.entries.isEmpty {
            isStillOnLoopback = true
            return prepareDevice()
        }
        let oldLink: LinkIndex? = old == .lo || isStillOnLoopback ? .loopback : device?.link
        isStillOnLoopback = false
        deviceObstacle = nil
        if let oldLink, oldLink == attachmentLink {
            untold.formUnion(book.wanted.keys)
        } else {
            moveAddresses(from: oldLink)
        }
        if old == .link { closeDevice() }
    }

    private func moveAddresses(from oldLink: LinkIndex?) {
        let addresses = Array(book.entries.keys)
        carryOut(book.reattach(isAttaching: settings.attach != .none))
        guard let oldLink else { return }
        keeper.letGo(addresses.map { AddressKey(link: oldLink, address: $0) }, completion: nil)
    }

    /// Has the device made anew that someone has deleted; what lived on it is held once it is there.
    func followDevice(in state: NetworkState) {
        guard let link = device?.link else { return }
        guard state.links[link] == nil else { return isDeviceSeen = true }
        guard isDeviceSeen else { return }
        logger.warning("device was gone and is made again", metadata: ["interface.name": "\(Self.deviceName)"])
        letGo(Array(book.entries.keys))
        closeDevice()
        carryOut(book.reattach(isAttaching: true))
    }

    func closeDevice() {
        device?.close()
        device = nil
        isDeviceSeen = false
    }

    /// Has the device made that `attach: link` needs; one that cannot be had is asked for again as long as an address needs
    /// it.
    private func prepareDevice() {
        guard settings.attach == .link, !isClosed, device == nil, !isDeviceAsked else { return }
        isDeviceAsked = true
        keeper.makeDevice(Self.deviceName) { [weak self, loop] result in
            guard let self else { return }
            loop.execute { self.onLoop { $0.takeIn(device: result) } }
        }
    }

    func takeIn(device result: Result<TunDevice, AddressKeeper.DeviceFailure>) {
        isDeviceAsked = false
        let isWanted = settings.attach == .link && !isClosed
        switch result {
        case .success(let made) where isWanted:
            let oldLink: LinkIndex? = isStillOnLoopback ? .loopback : nil
            device = made
            deviceObstacle = nil
            isStillOnLoopback = false
            moveAddresses(from: oldLink)
        case .success(let made): made.close()
        case .failure(let failure) where isWanted: note(failure)
        case .failure: break
        }
    }

    private func note(_ failure: AddressKeeper.DeviceFailure) {
        let timer = deviceTimer ?? loop.makeTimer { [weak self] in self?.onLoop { $0.retryDevice() } }
        deviceTimer = timer
        timer.restart(after: Self.deviceInterval)
        let obstacle = Obstacle(
            reason: "DeviceNotReady", sentence: "bgp.attach is link, and \(failure); or set bgp.attach: lo")
        guard obstacle != deviceObstacle else { return }
        deviceObstacle = obstacle
        logger.error(
            "device cannot be used", metadata: ["interface.name": "\(Self.deviceName)", "reason": "\(failure)"])
        untold.formUnion(book.wanted.keys)
        settle()
    }

    private func retryDevice() {
        guard book.entries.isEmpty else { return prepareDevice() }
        // With the last address nothing is on lo any more that could be moved: the next one waits for the device.
        isStillOnLoopback = false
        deviceObstacle = nil
    }
}
