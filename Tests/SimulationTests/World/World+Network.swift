import AddressResolution
import HTTPTransfer
import IPAM
import LoadBalancing
import Netlink
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

// Between the machines, and in their kernels.
extension World {
    func perform(_ action: Action, of index: Int, _ run: Int) {
        switch action {
        case .ask(let question, let ticket):
            add(.asked(index, run: run, question, ticket: ticket), after: requestDelay())
        case .watch(let part, let request, let number):
            streams[StreamKey(machine: index, part: part)] = nil
            add(.watched(index, run: run, part, request, number: number), after: requestDelay())
        case .send(let bytes, let names):
            let recipients = names.compactMap { Self.index(of: $0) }.filter { machines.indices.contains($0) }
            add(.datagram(from: index, to: recipients, bytes), after: segmentDelay())
        case .frame(let bytes): add(.frame(from: index, bytes), after: segmentDelay())
        case .attach(let key, let ticket):
            machines[index].held[key] = run
            add(.attached(index, run: run, key, ticket: ticket), after: .microseconds(300))
        case .detach(let key): machines[index].held[key] = nil
        case .sweep(let kept): machines[index].held = machines[index].held.filter { kept.contains($0.key) }
        case .ended: endProcess(on: index)
        }
    }

    private static func index(of name: NodeName) -> Int? { name.text.split(separator: "-").last.flatMap { Int($0) } }

    func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    private func segmentDelay() -> Duration { .microseconds(Int64.random(in: 100...900, using: &random)) }

    /// A request or an answer arrives in time, or hardly.
    private func requestDelay() -> Duration {
        if isStormy, chance(60) { return .milliseconds(Int64.random(in: 100...4_000, using: &random)) }
        return .microseconds(Int64.random(in: 500...15_000, using: &random))
    }

    // MARK: - The segment

    func hears(_ receiver: Int, _ sender: Int) -> Bool {
        receiver != sender && machines[receiver].island == machines[sender].island && machines[receiver].hasCarrier
            && machines[sender].hasCarrier
    }

    func deliver(_ bytes: [UInt8], from sender: Int, to recipients: [Int]) {
        for index in recipients where hears(index, sender) {
            // Nothing is received in its time by who is frozen.
            if let until = machines[index].frozenUntil, until > now {
                queue.add(.datagram(from: sender, to: [index], bytes), at: until)
                continue
            }
            if isStormy, chance(300) { continue }
            use(index) { $0.received(datagram: bytes, at: $1) }
        }
    }

    func spread(_ bytes: [UInt8], from sender: Int) {
        guard let frame = try? ResolutionFrame(decoding: bytes[...]) else { return complain("a frame that is none") }
        let claim = frame.claim(at: now)
        if claim.kind == .probe {
            if let station = foreigners[claim.address] { answer(claim.address, of: station, heardBy: sender) }
            for index in machines.indices where hears(sender, index) {
                // The kernel answers, whether or not herald runs.
                let key = AddressKey(link: Machine.link, address: claim.address)
                guard machines[index].held[key] != nil else { continue }
                let answer = Station(hardwareAddress: machines[index].station).announcementFrames(for: claim.address)
                for frame in answer.prefix(1) { add(.frame(from: index, frame), after: segmentDelay()) }
            }
        }
        for index in machines.indices where hears(index, sender) {
            if let until = machines[index].frozenUntil, until > now { continue }
            use(index) { $0.received(frame: bytes, on: Machine.link, at: $1) }
        }
    }

    /// A host that is none of ours says that it has an address.
    func answer(_ address: IPAddress, of station: MACAddress, heardBy asker: Int) {
        for frame in Station(hardwareAddress: station).announcementFrames(for: address).prefix(1) {
            for index in machines.indices where index == asker || hears(index, asker) {
                use(index) { $0.received(frame: frame, on: Machine.link, at: $1) }
            }
        }
    }

    // MARK: - Requests

    func asked(_ index: Int, _ run: Int, _ question: Question, _ ticket: Int) {
        let machine = machines[index]
        // The client gives up after its time, or knows at once.
        let isLost = !isServerUp || !machine.reachesServer || isStormy && chance(300)
        guard !isLost else {
            let wait = chance(2) ? patience(question) : .milliseconds(Int64.random(in: 1...500, using: &random))
            return add(.answered(index, run: run, .lost, ticket: ticket), after: wait)
        }
        if isStormy, chance(400) {
            let busy = Status(code: 429, reason: "TooManyRequests", message: "busy", retryAfter: .seconds(1))
            return add(.answered(index, run: run, .refused(busy), ticket: ticket), after: requestDelay())
        }
        let answer: Answer
        do throws(MergePatch.Trespass) {
            answer = try carryOut(question, of: index)
        } catch {
            return complain("\(machine.name) writes \(error.member)")
        }
        let isUnheard = isStormy && chance(300)
        add(
            .answered(index, run: run, isUnheard ? .lost : answer, ticket: ticket),
            after: isUnheard ? patience(question) : requestDelay())
    }

    /// How long the client waits for an answer.
    private func patience(_ question: Question) -> Duration {
        switch question {
        case .patch, .get, .others: .seconds(10)
        case .fetchLease, .createLease, .updateLease: .seconds(5)
        }
    }

    private func carryOut(_ question: Question, of index: Int) throws(MergePatch.Trespass) -> Answer {
        guard case .patch(let key, _, _) = question else { return try server.answer(question) }
        let before = server.services.objects[ObjectKey(key)]
        let answer = try server.answer(question)
        if case .service(let after) = answer, let before, before != after {
            judgeWrite(before, after, by: index)
            serviceChanged(key)
        }
        return answer
    }

    // MARK: - Watches

    func watched(_ index: Int, _ run: Int, _ part: ClusterView.Part, _ request: WatchRequest, _ number: Int) {
        guard isRunning(index, run) else { return }
        guard isServerUp, machines[index].reachesServer else {
            return add(.streamEnds(index, part, number: number, isFailure: true), after: .milliseconds(50))
        }
        switch part {
        case .services: open(\.services, \.services, index, request, number)
        case .endpointSlices: open(\.slices, \.slices, index, request, number)
        case .nodes: open(\.clusterNodes, \.nodes, index, request, number)
        case .namespaces, .serviceCIDRs: complain("\(part) are watched")
        }
    }

    private func open<Object>(
        _ path: Process.Path<Object>, _ collection: KeyPath<ModelServer, ModelCollection<Object>>, _ index: Int,
        _ request: WatchRequest, _ number: Int
    ) {
        // Who has asked again reads that answer alone.
        guard let process = machines[index].process, process[keyPath: path].number == number else { return }
        let part = process[keyPath: path].part
        let run = process.run
        use(index) { $0.opened(path, number: number, at: $1) }
        var first: [WatchEvent<Object>] = []
        var cursor = server[keyPath: collection].end
        switch request.start {
        case .everything: first = server[keyPath: collection].initialEvents(at: server.version)
        case .after(let version):
            guard let found = server[keyPath: collection].cursor(after: Int(version) ?? 0) else {
                let gone = Status(code: 410, reason: "Expired", message: "too old resource version")
                return use(index) { $0.receive([WatchEvent<Object>.error(gone)], path, number: number, at: $1) }
            }
            cursor = found
        }
        streams[StreamKey(machine: index, part: part)] = Stream(run: run, number: number, cursor: cursor)
        add(.streamEnds(index, part, number: number, isFailure: false), after: request.duration)
        add(.bookmark(index, part, number: number), after: .seconds(60))
        if !first.isEmpty { use(index) { $0.receive(first, path, number: number, at: $1) } }
        scheduleTelling(StreamKey(machine: index, part: part))
    }

    /// Something of this kind has changed: every watch of it is told, each in its time.
    func changed(_ part: ClusterView.Part) {
        for index in machines.indices { scheduleTelling(StreamKey(machine: index, part: part)) }
    }

    private func scheduleTelling(_ key: StreamKey) {
        guard let stream = streams[key], !stream.isScheduled else { return }
        streams[key]?.isScheduled = true
        let lag = machines[key.machine].watchLag
        let wait = Duration.microseconds(Int64.random(in: 200...max(201, lag.wholeNanoseconds / 1_000), using: &random))
        add(.told(key.machine, key.part, number: stream.number), after: wait)
    }

    private func isOpen(_ key: StreamKey, _ number: Int) -> Bool {
        guard let stream = streams[key], stream.number == number, isRunning(key.machine, stream.run) else {
            return false
        }
        return true
    }

    func tell(_ index: Int, _ part: ClusterView.Part, _ number: Int) {
        let key = StreamKey(machine: index, part: part)
        guard isOpen(key, number) else { return }
        // A stream that no one cut brings later what it cannot bring now.
        guard isServerUp, machines[index].reachesServer else {
            return add(.told(index, part, number: number), after: .milliseconds(500))
        }
        streams[key]?.isScheduled = false
        switch part {
        case .services: tell(\.services, \.services, key, number)
        case .endpointSlices: tell(\.slices, \.slices, key, number)
        case .nodes: tell(\.clusterNodes, \.nodes, key, number)
        case .namespaces, .serviceCIDRs: break
        }
    }

    private func tell<Object>(
        _ path: Process.Path<Object>, _ collection: KeyPath<ModelServer, ModelCollection<Object>>, _ key: StreamKey,
        _ number: Int
    ) {
        let cursor = streams[key]?.cursor ?? 0
        streams[key]?.cursor = server[keyPath: collection].end
        let events = server[keyPath: collection].events(from: cursor)
        use(key.machine) { $0.receive(events, path, number: number, at: $1) }
    }

    func bookmark(_ index: Int, _ part: ClusterView.Part, _ number: Int) {
        let key = StreamKey(machine: index, part: part)
        guard isOpen(key, number) else { return }
        add(.bookmark(index, part, number: number), after: .seconds(60))
        guard isServerUp, machines[index].reachesServer, streams[key]?.isScheduled == false else { return }
        let version = "\(server.version)"
        switch part {
        case .services: use(index) { $0.receive([.bookmark(version)], \.services, number: number, at: $1) }
        case .endpointSlices: use(index) { $0.receive([.bookmark(version)], \.slices, number: number, at: $1) }
        case .nodes: use(index) { $0.receive([.bookmark(version)], \.clusterNodes, number: number, at: $1) }
        case .namespaces, .serviceCIDRs: break
        }
    }

    func endStream(_ index: Int, _ part: ClusterView.Part, _ number: Int, _ isFailure: Bool) {
        let operation = APIError.Operation(
            verb: "watch", resource: "\(part)", group: "", namespace: nil, name: nil)
        let error = APIError(operation, .transfer(.init(.couldNotConnect, host: "server", "unreachable")))
        let key = StreamKey(machine: index, part: part)
        if streams[key]?.number == number { streams[key] = nil }
        let cause = isFailure ? error : nil
        use(index) { process, now in
            switch part {
            case .services: process.streamEnded(cause, \.services, number: number, at: now)
            case .endpointSlices: process.streamEnded(cause, \.slices, number: number, at: now)
            case .nodes: process.streamEnded(cause, \.clusterNodes, number: number, at: now)
            case .namespaces, .serviceCIDRs: break
            }
        }
    }
}

extension WatchEvent {
    fileprivate static func bookmark(_ version: String) -> WatchEvent {
        .bookmark(resourceVersion: version, endsInitialEvents: false)
    }
}
