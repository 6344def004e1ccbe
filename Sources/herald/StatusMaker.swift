import ARPMode
import BGPMode
import Configuration
import FoundationEssentials
import IPAM
import LoadBalancing
import NetworkTypes
import Operations
import Operator
import PacketLoop

/// Answers requests to the operations server from what the parts say of themselves.
struct StatusMaker: Sendable {
    let node: NodeName
    let serviceOperator: ServiceOperator
    let configuration: ConfigurationKeeper
    let arp: ARPAnnouncer
    let bgp: BGPAnnouncer
    /// How it stands with the cluster; nil when Services do not come from one.
    let cluster: @Sendable () async -> ClusterStatus?
    let metrics: MetricsRegistry
    let pulses: [LoopPulse]
    let operatorPulse: LoopPulse
    /// What further parts add.
    let reporters: [SelfReporter]
    let started = Date()
    /// The wall clock may be set.
    let begun = PacketLoop.now

    func answer(_ request: OperationsRequest) async -> OperationsResponse? {
        switch request.path {
        case "/": .page(StatusPage.render(await document()))
        case "/status": await status()
        case "/explain": await explain(request)
        case "/bgp/routes": await routes()
        case "/metrics": .metrics(metrics.text(with: await samples()))
        case "/livez": Health.liveness(beatingPulses(), at: PacketLoop.now)
        case "/readyz", "/healthz": Health.readiness(await checks(), verbose: request.asks("verbose"))
        default: nil
        }
    }

    /// The operator tells of its turns when asked.
    func beatingPulses() -> [LoopPulse] {
        operatorPulse.beat(at: serviceOperator.turnedAt)
        return pulses + [operatorPulse]
    }

    private func status() async -> OperationsResponse {
        Self.json(await document())
    }

    private func document() async -> StatusDocument {
        let report = await serviceOperator.report()
        let state = await configuration.state
        var document = StatusDocument(
            version: Version.text, node: node.text, mode: state.parsed.configuration.mode.rawValue,
            started: Self.text(started),
            configuration: .init(
                file: state.file, hash: state.parsed.fingerprint.description, loaded: Self.text(state.loaded),
                rejected: state.obstacle, warnings: state.parsed.warnings.lines, text: state.parsed.text),
            cluster: await cluster(), services: report.services.map { Self.service($0, report.now) },
            pools: report.pools.map(Self.pool), problems: report.problems,
            events: report.events.reversed().map { Self.event($0, report.now) },
            sections: await reports().sections)
        if state.parsed.configuration.modes.contains(.arp) {
            document.membership = Self.membership(await arp.membershipReport())
            document.problems += await arp.adviceSentences
        }
        if state.parsed.configuration.modes.contains(.bgp) { document.bgp = Self.bgp(await bgp.report()) }
        return document
    }

    private func reports() async -> SelfReport {
        var all = SelfReport()
        for reporter in reporters { all.append(await reporter()) }
        return all
    }

    private static func event(_ recent: RecentEvent, _ now: MonotonicTime) -> StatusDocument.Event {
        StatusDocument.Event(
            time: text(date(recent.time, now)), service: recent.event.service.description,
            reason: recent.event.reason.rawValue, message: recent.event.message)
    }

    static func json(_ document: some Encodable) -> OperationsResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(document) else { return .text("no status", status: 500) }
        return .json(Array(body))
    }

    private static func service(_ report: ServiceReport, _ now: MonotonicTime) -> StatusDocument.Service {
        StatusDocument.Service(
            namespace: report.key.namespace, name: report.key.name, state: report.state.rawValue,
            addresses: report.addresses.map { address in
                .init(
                    address: address.address.description, pool: address.pool, owner: address.owner?.text,
                    interface: address.interface, since: address.since.map { date($0, now) }.map(text))
            },
            reason: report.obstacle?.reason, message: report.obstacle?.sentence)
    }

    private static func membership(_ report: MembershipReport) -> StatusDocument.Membership {
        var membership = StatusDocument.Membership(
            members: report.nodes.map { node in
                var member = StatusDocument.Member(
                    name: node.name.text, reach: node.reach, verdict: node.verdict,
                    arrivalP99: node.arrivalP99.map { Double($0.wholeNanoseconds / 1_000) / 1_000 },
                    isDraining: node.isDraining, addresses: node.addressCount)
                member.deadAfter = Double(node.detectionTime.wholeNanoseconds / 1_000_000)
                return member
            },
            addresses: report.addressCount, isSettling: report.isSettling, isDraining: report.isDraining,
            rejections: report.rejections, problem: report.problem)
        membership.freeAhead = report.provenAhead
        membership.allocator = report.allocator?.text
        return membership
    }

    private static func pool(_ usage: PoolUsage) -> StatusDocument.Pool {
        StatusDocument.Pool(
            name: usage.pool, family: usage.family.rawValue, size: String(usage.size), used: usage.used,
            quarantined: usage.quarantined, conflicted: usage.conflicted)
    }

    static func date(_ time: MonotonicTime, _ now: MonotonicTime) -> Date {
        Date().addingTimeInterval(-Double(time.duration(to: now).wholeNanoseconds) / 1e9)
    }

    static func text(_ date: Date) -> String {
        date.formatted(.iso8601)
    }
}
