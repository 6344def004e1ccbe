import IPAM
import LoadBalancing
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

// What happens, at random.
extension World {
    /// Things happen at random for a while.
    func storm(for time: Duration) {
        let end = now.advanced(by: time)
        stormEvents = 0
        isStormy = options.isRough
        while now < end, judge.problems.isEmpty {
            run(for: random.share(10...190, of: options.pace))
            judgeOwners()
            tellProgress()
            if judge.problems.isEmpty { somethingHappens() }
        }
    }

    private func somethingHappens() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<22: createService()
        case 22..<29: deleteService()
        case 29..<34: replaceService()
        case 34..<52: editService()
        case 52..<62: withService { self.changeEndpoints(of: $0) }
        case 62..<67: configure()
        default:
            if options.isRough { somethingBreaks() } else { createService() }
        }
    }

    private func somethingBreaks() {
        stormEvents += 1
        let machine = machines[Int.random(in: machines.indices, using: &random)]
        let kind = Int.random(in: 0..<33, using: &random)
        tell("\(machine.name) meets \(kind)")
        switch kind {
        case 0..<4: killForAWhile(machine.index)
        case 4..<7:
            use(machine.index) { $0.stop(at: $1) }
            add(.started(machine.index), after: .milliseconds(Int64.random(in: 100...20_000, using: &random)))
            topologyChanged()
        case 7..<9:
            machine.frozenUntil = now.advanced(by: .milliseconds(Int64.random(in: 100...25_000, using: &random)))
            topologyChanged()
        case 9..<12:
            machine.island = machine.island == 0 && machines.count > 1 ? 1 + machine.index % 2 : 0
            topologyChanged()
        case 12..<15: setCarrier(!machine.hasCarrier, of: machine.index)
        case 15..<18: machine.reachesServer.toggle()
        case 18..<20:
            isServerUp = false
            for machine in machines where chance(2) { cutStreams(of: machine.index) }
            add(.serverIsBack, after: .milliseconds(Int64.random(in: 500...40_000, using: &random)))
        case 20..<23: cutStreams(of: machine.index)
        case 23..<25: machine.watchLag = chance(2) ? .seconds(8) : .milliseconds(20)
        case 25..<27: compact()
        case 27..<29:
            machine.isDrained.toggle()
            putNode(machine)
        case 29:
            machine.notReadySince = machine.notReadySince == nil ? now : nil
            putNode(machine)
        case 30:
            use(machine.index) { process, now in
                process.routing.setSessions(!process.routing.hasSessions, at: now)
                process.takeRoutes(at: now)
            }
        default: bringForeigner()
        }
    }

    private func killForAWhile(_ index: Int) {
        kill(index)
        add(.started(index), after: .milliseconds(Int64.random(in: 50...15_000, using: &random)))
    }

    /// The server forgets changes that are old enough, here: nearly all.
    private func compact() {
        func cursors(_ part: ClusterView.Part) -> [Int] { streams.filter { $0.key.part == part }.map(\.value.cursor) }
        server.compact(
            before: server.version,
            cursors: (cursors(.services), cursors(.endpointSlices), cursors(.nodes)))
    }

    private func bringForeigner() {
        guard settings.mode == .arp, foreigners.count < 2, let asker = machines.indices.randomElement(using: &random),
            let address = judge.holders.filter({ !$0.value.isEmpty && $0.key.family == .ipv4 }).keys.sorted()
                .randomElement(using: &random)
        else { return }
        let station = MACAddress(number: 0x0A00_0000_0000 + UInt64(foreigners.count))
        foreigners[address] = station
        answer(address, of: station, heardBy: asker)
        topologyChanged()
    }

    // MARK: - Configurations

    /// A change of the configuration, which reaches each node in its time.
    private func configure() {
        var new = settings
        stormEvents += 1
        judge.havePoolsChanged = true
        switch Int.random(in: 0..<6, using: &random) {
        case 0: new.mode = new.mode == .arp ? .bgp : .arp
        case 1: new.pools[0].pool.onRemoval = new.pools[0].pool.onRemoval == .keep ? .reassign : .keep
        case 2, 3:
            let whole = Self.settings(for: options).pools[0].pool.ranges
            let isWhole = new.pools[0].pool.ranges == whole
            new.pools[0].pool.ranges = isWhole ? whole.compactMap(Self.upperHalf) : whole
        case 4: new.pools[1].pool.autoAssign.toggle()
        default: new.pools[1].mode = new.pools[1].mode == nil ? .bgp : nil
        }
        settings = new
        tell("configured: \(new.mode) \(new.pools)")
        topologyChanged()
        for machine in machines {
            add(.configured(machine.index), after: .milliseconds(Int64.random(in: 10...8_000, using: &random)))
        }
    }

    private static func upperHalf(_ range: AddressRange) -> AddressRange? {
        let middle = range.first.number + (range.last.number - range.first.number) / 2
        return IPAddress(family: range.first.family, number: middle).flatMap {
            AddressRange(first: $0, last: range.last)
        }
    }
}
