import APIServer
import ClusterLab
import Lab
import NetworkTypes

/// Churn and faults in rounds; after each a calm, in which model and world must agree.
final class Soak {
    private static let violationLimit = 5
    /// BIRD refuses a peer for a minute and more after an error, such as a hold time that ran out, unless told so.
    private static let routerOptions = "passive; error wait time 1, 2; error forget time 2;"

    let options: Options
    let cluster: Cluster
    let api: API
    let journal = Journal()
    let subjects: [Subject]
    let bird: Bird
    var generator: SeededGenerator
    var layout: Layout
    var layouts: [Layout]
    var churn: Churn
    var faults: Faults
    var health = Health()
    var former: Agreement?
    var worstCalm = Duration.zero
    var requests = 0
    private(set) var violations = 0

    var heralds: [HeraldNode] { subjects.map(\.herald) }

    init(_ options: Options, _ cluster: Cluster) async throws {
        (self.options, self.cluster) = (options, cluster)
        api = try API(cluster)
        generator = SeededGenerator(seed: options.seed)
        let attach = options.attach ?? ["interface", "link", "none"].randomElement(using: &generator) ?? "interface"
        let router = try cluster.lab.addNode("router", on: cluster.lan, host: 200)
        guard let layout = Layout(services: options.services, attach: attach, router: router.ipv4) else {
            throw LabError.badTopology("no room for \(options.services) Services")
        }
        (self.layout, layouts) = (layout, [layout])
        var subjects: [Subject] = []
        for name in ["one", "two", "three"] {
            subjects.append(try Subject(await cluster.addHerald(name, layout.settings), in: cluster.lab))
        }
        self.subjects = subjects
        bird = try Bird(
            on: router, in: cluster.lab,
            subjects.map {
                Bird.session($0.herald.node, name: $0.herald.node.name, options: Self.routerOptions)
            }.joined(separator: "\n"))
        churn = Churn(
            api: api, journal: journal, nodes: subjects.map(\.herald.name), limit: options.services,
            seed: options.seed &+ 1, layout: layout)
        faults = Faults(
            api: api, subjects: subjects, bird: bird, journal: journal, without: options.without,
            seed: options.seed &+ 2)
        journal.say("seed \(options.seed), \(options.services) Services, attach \(attach)")
    }

    /// Whether all was as it should be.
    func run() async throws -> Bool {
        do {
            return try await rounds()
        } catch {
            // What no process is there for any more cannot be done to it; its log says why.
            tell(deadHeralds())
            throw error
        }
    }

    private func rounds() async throws -> Bool {
        for herald in heralds { try herald.start() }
        try await churn.fill(to: options.services * 4 / 5)
        var number = 0
        try await calm(number, isSteady: false)
        let end = LabClock.now.advanced(by: options.duration)
        while LabClock.now < end, violations < Self.violationLimit {
            number += 1
            try await calm(number, isSteady: try await round())
        }
        return try finish(rounds: number)
    }

    // MARK: - A round

    /// Returns whether addresses had no cause to move but faults: the mode was ARP throughout.
    private func round() async throws -> Bool {
        churn.forget()
        let start = LabClock.now
        let end = start.advanced(by: options.round)
        let watch = try cluster.client.watchClaims(of: Layout.universe(layouts))
        let reconfigures = start.advanced(by: options.round * Int.random(in: 10...80, using: &generator) / 100)
        var change: Layout? = nextLayout()
        let switches = change.map { $0.mode != layout.mode } ?? false
        var nextFault = start
        while LabClock.now < end {
            if let next = change, LabClock.now >= reconfigures {
                try reconfigure(next)
                change = nil
            }
            if LabClock.now >= nextFault {
                try await faults.maybeBegin()
                nextFault = LabClock.now.advanced(by: .milliseconds(Int.random(in: 500...4000, using: &generator)))
            }
            try await churn.step()
            try await faults.endDue()
            LabClock.sleep(for: .milliseconds(20))
        }
        try await faults.endAll()
        latestWatch = watch
        return !switches && layout.mode == "arp"
    }

    /// Stopped when the calm is over, so that what happens late is seen too.
    private var latestWatch: ClaimsWatch?

    private func nextLayout() -> Layout? {
        var next = layout
        if Int.random(in: 0..<100, using: &generator) < 30 { next.mode = layout.mode == "arp" ? "bgp" : "arp" }
        for index in next.pools.indices where next.pools[index].name != "tiny" {
            guard Int.random(in: 0..<100, using: &generator) < 35 else { continue }
            let standard = index == 0 ? options.services + 20 : next.pools[index].name == "move" ? 64 : 40
            next.pools[index].size =
                [standard / 2, standard, standard * 3 / 2].randomElement(using: &generator) ?? standard
        }
        return next == layout ? nil : next
    }

    private func reconfigure(_ next: Layout) throws {
        let sizes = next.pools.map { "\($0.name) \($0.size)" }.joined(separator: ", ")
        journal.note("cluster", "configured: mode \(next.mode), pools \(sizes)", isShown: true)
        layout = next
        layouts.append(next)
        churn.layout = next
        for herald in heralds {
            try herald.configure(next.settings)
            LabClock.sleep(for: .milliseconds(Int.random(in: 0...500, using: &generator)))
        }
    }

    // MARK: - A calm

    private func calm(_ number: Int, isSteady: Bool) async throws {
        let start = LabClock.now
        var found = deadHeralds()
        var agreement: Agreement?
        if found.isEmpty { (found, agreement) = try await settle(since: start) }
        let after = start.duration(to: LabClock.now)
        worstCalm = max(worstCalm, after)
        if let agreement { found += try examine(agreement, isSteady: isSteady) }
        _ = try latestWatch?.finish()
        latestWatch = nil
        former = agreement
        let counts = try await api.takeRequests()
        requests += counts.values.reduce(0, +)
        let held = agreement?.holders.count ?? 0
        journal.say(
            "calm \(number) after \(Journal.seconds(after)) s: mode \(layout.mode), \(churn.names.count) Services, "
                + "\(held) addresses, \(agreement?.wanted.count ?? 0) announced, \(churn.edits) edits so far; "
                + "\(found.isEmpty ? "all agrees" : "\(found.count) VIOLATIONS")")
        if !found.isEmpty { tell(found) }
    }

    /// What a single look does not show: who answers, what changed since the calm before, and what the processes use.
    private func examine(_ agreement: Agreement, isSteady: Bool) throws -> [Agreement.Disagreement] {
        let universe = Layout.universe(layouts)
        let claims = try cluster.client.watchClaims(of: universe)
        // Each is asked for twice.
        LabClock.sleep(for: .milliseconds(universe.count * 6 + 1500))
        var found = agreement.disagreements(with: try claims.finish(), heralds)
        if let former {
            let history = History(before: former, after: agreement, touched: churn.touched)
            found += history.changedAssignments()
            if isSteady, former.layout.mode == "arp", let changes = latestWatch?.changes {
                found += history.unexcusedMoves(changes, heralds, faults, since: journal.began)
            }
        }
        return found + (try health.look(at: heralds, services: agreement.services.count))
    }

    private func deadHeralds() -> [Agreement.Disagreement] {
        heralds.filter { !$0.isRunning }.map { herald in
            let status = (try? herald.running.status).map { $0.map { "\($0)" } ?? "unknown" } ?? "never started"
            return .init(subject: herald.name, text: "herald ended by itself: \(status)")
        }
    }

    /// Looks until all agrees and nothing is written any more, or patience is at an end.
    private func settle(since start: MonotonicTime) async throws -> ([Agreement.Disagreement], Agreement?) {
        let deadline = start.advanced(by: options.patience)
        while true {
            let agreement = try await look()
            let world = try World.look(at: heralds, bird, isOurs: Layout.mayHold)
            var found = agreement.disagreementsOfServices() + agreement.disagreements(with: world)
            if found.isEmpty {
                _ = try await countWrites()
                LabClock.sleep(for: .seconds(2))
                let writes = try await countWrites()
                if writes.isEmpty { return ([], agreement) }
                found = [.init(subject: "cluster", text: "still writes when all agrees: \(writes)")]
            }
            if let dead = deadHeralds().first { return ([dead], nil) }
            guard LabClock.now < deadline else { return (found, agreement) }
            LabClock.sleep(for: .milliseconds(500))
        }
    }

    private func look() async throws -> Agreement {
        Agreement(
            layout: layout, nodes: heralds, services: try await api.list(cluster.services),
            slices: try await api.list(cluster.slices))
    }

    /// Those by herald that change something, its lease apart.
    private func countWrites() async throws -> [String: Int] {
        let all = try await api.takeRequests()
        requests += all.values.reduce(0, +)
        return all.filter {
            !$0.key.hasSuffix("leases") && !["get", "list", "watch"].contains($0.key.prefix { $0 != " " })
        }
    }

    // MARK: - What is told

    private func tell(_ found: [Agreement.Disagreement]) {
        violations += 1
        journal.say("VIOLATION with seed \(options.seed), attach \(layout.attach), mode \(layout.mode)")
        for one in found.prefix(20) { journal.show("  \(one)") }
        if found.count > 20 { journal.show("  and \(found.count - 20) more") }
        for subject in Set(found.prefix(3).map(\.subject)) {
            journal.show(" what was done to \(subject):\n\(journal.tail(12, of: subject))")
            let words =
                [subject]
                + found.filter { $0.subject == subject }.flatMap { $0.text.split(separator: " ").map(String.init) }
                .filter { IPAddress($0) != nil }
            for herald in heralds {
                let lines = herald.log.split(separator: "\n").filter { line in words.contains { line.contains($0) } }
                journal.show(" \(herald.name) of it:\n\(lines.suffix(15).joined(separator: "\n"))")
            }
        }
        journal.show(" latest events:\n\(journal.tail(25))")
        for herald in heralds {
            journal.show(
                " \(herald.name)'s log:\n\(herald.log.split(separator: "\n").suffix(25).joined(separator: "\n"))")
        }
    }

    private func finish(rounds: Int) throws -> Bool {
        let (lines, isGrowing) = health.summary()
        for line in lines { journal.say(line) }
        if isGrowing {
            violations += 1
            journal.say("VIOLATION with seed \(options.seed): memory grows")
        }
        let faultList = faults.counts.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            "\($0.key.rawValue) \($0.value)"
        }
        journal.say("faults: \(faultList.joined(separator: ", "))")
        let each = Double(requests) / Double(max(churn.edits, 1))
        journal.say(
            "seed \(options.seed): \(rounds) rounds, \(churn.edits) edits (\(churn.refused) refused by the server), "
                + "\((each * 10).rounded() / 10) requests to the API an edit, longest calm \(Journal.seconds(worstCalm)) s, "
                + "\(violations) violations")
        return violations == 0
    }
}
