import ARPMode
import BGPMode
import Configuration
import FoundationEssentials
import IPAM
import LoadBalancing
import NetworkTypes
import Operations
import Operator

/// Answers requests to the control socket from what the parts say of themselves.
struct StatusMaker: Sendable {
    let node: NodeName
    let serviceOperator: ServiceOperator
    let configuration: ConfigurationKeeper
    let arp: ARPAnnouncer
    let bgp: BGPAnnouncer
    /// How it stands with the cluster; nil when Services do not come from one.
    let cluster: @Sendable () async -> ClusterStatus?
    let started = Date()

    func answer(_ path: String) async -> OperationsResponse? {
        switch path {
        case "/status": await status()
        case "/bgp/routes": await routes()
        case "/livez": .text("ok")
        default: nil
        }
    }

    private func status() async -> OperationsResponse {
        let report = await serviceOperator.report()
        let state = await configuration.state
        var document = StatusDocument(
            version: Version.text, node: node.text, mode: state.parsed.configuration.mode.rawValue,
            started: Self.text(started),
            configuration: .init(
                file: state.file, hash: state.parsed.fingerprint.description, loaded: Self.text(state.loaded),
                rejected: state.rejected),
            cluster: await cluster(), services: report.services.map { Self.service($0, report.now) },
            pools: report.pools.map(Self.pool),
            problems: report.problems)
        if state.parsed.configuration.modes.contains(.arp) {
            document.membership = Self.membership(await arp.membershipReport())
        }
        if state.parsed.configuration.modes.contains(.bgp) { document.bgp = Self.bgp(await bgp.report()) }
        return Self.json(document)
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
        StatusDocument.Membership(
            members: report.nodes.map { node in
                .init(
                    name: node.name.text, reach: node.reach, verdict: node.verdict,
                    arrivalP99: node.arrivalP99.map { Double($0.wholeNanoseconds / 1_000) / 1_000 },
                    isDraining: node.isDraining, addresses: node.addressCount)
            },
            addresses: report.addressCount, isSettling: report.isSettling, isDraining: report.isDraining,
            rejections: report.rejections, problem: report.problem)
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
