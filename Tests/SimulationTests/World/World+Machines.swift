import Configuration
import IPAM
import LoadBalancing
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

// What happens to machines, and to herald on them.
extension World {
    func settings(of index: Int) -> PlannerSettings {
        var settings = settings
        settings.node = machines[index].name
        return settings
    }

    func startProcess(on index: Int) {
        let machine = machines[index]
        machine.runs += 1
        machine.frozenUntil = nil
        var membership = MembershipSettings()
        membership.interval = options.interval
        let process = Process(
            node: machine.name, run: machine.runs, settings: settings(of: index), membership: membership,
            recorded: machine.recorded, seed: random.next(),
            incarnation: UInt64(Self.unixTime(now)) * 1_000_000_000 + UInt64(machine.runs))
        machine.process = process
        machine.wake = nil
        topologyChanged()
        use(index) { process, now in
            process.setNetwork(machine.network, at: now)
            process.start(at: now)
        }
    }

    /// As by SIGKILL: the kernel holds the addresses until their lifetime is over.
    func kill(_ index: Int) {
        let machine = machines[index]
        guard let process = machine.process else { return }
        remember(process, on: machine)
        let lifetime = Duration.milliseconds(Int64.random(in: 3_000...5_000, using: &random))
        add(.expired(index, run: process.run), after: lifetime)
    }

    /// It has ended by itself, and has had the kernel let go of everything.
    func endProcess(on index: Int) {
        let machine = machines[index]
        guard let process = machine.process else { return }
        process.recorded = Process.Recorded(
            services: process.view.recordedServices(), nodes: process.view.allNodes())
        if !process.view.isSynchronised { process.recorded = machine.recorded }
        machine.held = [:]
        remember(process, on: machine)
    }

    private func remember(_ process: Process, on machine: Machine) {
        machine.recorded = process.recorded
        machine.process = nil
        machine.frozenUntil = nil
        for part in ClusterView.Part.allCases { streams[StreamKey(machine: machine.index, part: part)] = nil }
        judge.noteEnd(of: process, on: machine.index, at: now)
        topologyChanged()
    }

    func expire(_ index: Int, _ run: Int) {
        machines[index].held = machines[index].held.filter { $0.value != run }
    }

    func setCarrier(_ hasCarrier: Bool, of index: Int) {
        let machine = machines[index]
        guard machine.hasCarrier != hasCarrier else { return }
        machine.hasCarrier = hasCarrier
        topologyChanged()
        use(index) { $0.setNetwork(machine.network, at: $1) }
    }

    func putNode(_ machine: Machine) {
        do {
            server.setNode(
                try Objects.node(
                    machine.name, machine.address, notReadySince: machine.notReadySince.map(Self.wallClock),
                    isDrained: machine.isDrained))
        } catch {
            complain("a node that cannot be read: \(error)")
        }
        topologyChanged()
        changed(.nodes)
    }

    /// From now on nodes may disagree for a while about who has what.
    func topologyChanged() {
        judge.disturbedAt = now
    }

    /// Cuts what the API server serves, as a load balancer before it does.
    func cutStreams(of index: Int) {
        for part in [ClusterView.Part.services, .endpointSlices, .nodes] {
            guard let stream = streams[StreamKey(machine: index, part: part)] else { continue }
            endStream(index, part, stream.number, true)
        }
    }

    /// Everything works again, and everyone is there.
    func heal() {
        isServerUp = true
        isStormy = false
        for machine in machines {
            machine.island = 0
            machine.reachesServer = true
            machine.watchLag = .milliseconds(20)
            if let until = machine.frozenUntil, until > now { machine.frozenUntil = now }
            setCarrier(true, of: machine.index)
            if machine.isDrained || machine.notReadySince != nil {
                (machine.isDrained, machine.notReadySince) = (false, nil)
                putNode(machine)
            }
            if let process = machine.process, process.ending != nil { kill(machine.index) }
            if machine.process == nil { startProcess(on: machine.index) }
            use(machine.index) { process, now in
                process.routing.setSessions(true, at: now)
                process.takeRoutes(at: now)
            }
        }
        topologyChanged()
    }
}
