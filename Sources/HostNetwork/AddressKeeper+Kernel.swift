import Logging
import Netlink
import NetworkTypes
import PacketLoop

/// What the keeper does on its loop, blocking.
extension AddressKeeper {
    /// Addresses that are added between two looks at what is to be refreshed.
    private static let portion = 256

    private typealias Failures = [AddressKey: NetlinkError]

    // MARK: Adding

    func put(_ addresses: [AddressKey]) -> Outcome {
        var seen: Set<AddressKey> = []
        let wanted = addresses.filter { seen.insert($0).inserted }
        let lifetime = schedule.lifetime(of: schedule.count + wanted.count)
        var outcome: Outcome = [:]
        for start in stride(from: 0, to: wanted.count, by: Self.portion) {
            let part = Array(wanted[start..<min(start + Self.portion, wanted.count)])
            let time = loop.now
            let failures = addOrAdopt(part, lifetime)
            for key in part {
                outcome.updateValue(failures[key], forKey: key)
                if failures[key] == nil {
                    schedule.put(key, at: time, lifetime: lifetime)
                } else {
                    schedule.remove(key)
                }
            }
            refreshDue()
        }
        return outcome
    }

    private func addOrAdopt(_ keys: [AddressKey], _ lifetime: Duration) -> Failures {
        var failures = add(keys, lifetime)
        let present = keys.filter { failures[$0]?.reason == .alreadyExists }
        guard !present.isEmpty else { return failures }
        for key in present { failures[key] = nil }
        do throws(NetlinkError) {
            let own = try ownAddresses()
            for key in present where !own.contains(key) { failures[key] = .notOurs(key) }
            let adopted = present.filter(own.contains)
            let refused = try refresh(adopted, lifetime)
            // What has expired since it was looked at.
            let gone = adopted.filter { refused[$0]?.reason == .notFound }
            let missing = gone.isEmpty ? [:] : add(gone, lifetime)
            for key in adopted { failures[key] = refused[key] }
            for key in gone { failures[key] = missing[key] }
        } catch {
            for key in present { failures[key] = error }
        }
        return failures
    }

    /// A failure of the whole is one of each.
    private func add(_ keys: [AddressKey], _ lifetime: Duration) -> Failures {
        do throws(NetlinkError) {
            return try ask { requests throws(NetlinkError) in
                try Self.failures(requests.add(Self.assignments(keys, lifetime)))
            }
        } catch {
            return Dictionary(keys.map { ($0, error) }) { first, _ in first }
        }
    }

    private func refresh(_ keys: [AddressKey], _ lifetime: Duration) throws(NetlinkError) -> Failures {
        try ask { requests throws(NetlinkError) in
            try Self.failures(requests.refresh(Self.assignments(keys, lifetime)))
        }
    }

    private func ownAddresses() throws(NetlinkError) -> Set<AddressKey> {
        Set(try ask { requests throws(NetlinkError) in try requests.ownAddresses() }.map(\.key))
    }

    private static func assignments(_ keys: [AddressKey], _ lifetime: Duration) -> [AddressAssignment] {
        keys.map { AddressAssignment($0, lifetime: .neverSource(for: lifetime)) }
    }

    private static func failures(_ list: [NetlinkRequests.Failure]) -> Failures {
        Dictionary(list.map { ($0.key, $0.error) }) { first, _ in first }
    }

    // MARK: Refreshing

    /// Refreshes what has its turn, and drops what is lost.
    func refreshDue() {
        let time = loop.now
        let slice = schedule.slice(at: time)
        if !slice.expired.isEmpty {
            // Where the kernel's clock stood still with the machine they may still be there.
            removeFromKernel(slice.expired)
            report(lost: slice.expired)
        }
        // What is not refreshed stays in front and has its turn again with the next slice, without an answer too.
        let due = refreshable(slice.due)
        guard !due.isEmpty else { return }
        let lifetime = schedule.lifetime(of: schedule.count)
        guard let failures = try? refresh(due, lifetime) else { return }
        for key in due where failures[key] == nil { schedule.put(key, at: time, lifetime: lifetime) }
        if !failures.isEmpty { drop(failures) }
    }

    private func drop(_ failures: Failures) {
        var lost: [AddressKey] = []
        for (key, error) in failures {
            switch error.reason {
            case .busy, .overrun, .timedOut: continue
            case .noSuchLink:
                logger.notice("an address went with its link", metadata: ["address": "\(key)"])
            case .alreadyExists, .notOurs, .notFound, .notPermitted, .invalid, .notSupported, .other:
                lost.append(key)
            }
            schedule.remove(key)
        }
        if !lost.isEmpty { report(lost: lost) }
    }

    private func report(lost: [AddressKey]) {
        logger.warning(
            "addresses were gone when they were to be refreshed, and are not kept any more",
            metadata: ["count": "\(lost.count)", "addresses": "\(lost.prefix(10).map(\.description))"])
        for handler in lossHandlers { handler(lost) }
    }

    // MARK: Removing

    func remove(_ addresses: [AddressKey]) {
        let kept = addresses.filter(schedule.contains)
        let others = Set(addresses).subtracting(kept)
        for key in kept { schedule.remove(key) }
        // Of what is kept we know that it is ours.
        let own = others.isEmpty ? [] : (try? ownAddresses()) ?? []
        removeFromKernel(kept + others.intersection(own))
    }

    func removeAll(but wanted: Set<AddressKey>, on place: Place) {
        let devices = devices.values
        func isKept(_ key: AddressKey) -> Bool { wanted.contains(key) || !place.contains(key, devices: devices) }
        for key in schedule.keys.filter({ !isKept($0) }) { schedule.remove(key) }
        let failures = try? ask { requests throws(NetlinkError) in
            try requests.sweep { isKept($0.key) }
        }
        log(failures ?? [])
    }

    private func removeFromKernel(_ keys: [AddressKey]) {
        guard !keys.isEmpty else { return }
        let failures = try? ask { requests throws(NetlinkError) in try requests.remove(keys) }
        log(failures ?? [])
    }

    /// What could not be removed goes by itself at the end of its lifetime.
    private func log(_ failures: [NetlinkRequests.Failure]) {
        for failure in failures where ![.notFound, .noSuchLink].contains(failure.error.reason) {
            logger.warning("cannot remove an address", metadata: ["error": "\(failure.error)"])
        }
    }
}
