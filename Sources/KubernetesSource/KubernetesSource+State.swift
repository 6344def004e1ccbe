import Announcing
import FoundationEssentials
import IPAM
import Kubernetes
import LoadBalancing
import Logging
import NetworkTypes

/// What is served from the state file, until the API server answers.
struct StandIn {
    var written: Date
    var subjects: Set<SourceSubject>
    /// For people.
    var problem: String
}

extension KubernetesSource {
    /// How long a start waits for the API server before it serves what was recorded.
    private static let patience = Duration.seconds(1)
    /// Changes that come together are written together.
    private static let quiet = Duration.seconds(1)
    /// From the end of one writing to the next, at least; or fifty times what a writing takes.
    private static let pause = Duration.seconds(10)

    // MARK: - Reading

    /// Serves what was recorded, if the API server does not answer in time.
    func standIn(with keeper: StateKeeper) async {
        let limit = now.advanced(by: Self.patience)
        while !view.isSynchronised, problems.watching[.services] == nil, now < limit {
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
        }
        guard !view.isSynchronised else { return }
        do {
            guard let state = try await keeper.read() else {
                return logger.warning(
                    "Services cannot be read from the API server, and nothing was recorded",
                    metadata: ["file": "\(keeper.path)"])
            }
            guard state.server == client.server else {
                throw StateFile.Unusable(description: "it comes from another API server, \(state.server)")
            }
            serve(state, from: keeper.path)
        } catch {
            logger.error(
                "what was recorded cannot be used; addresses are announced when the API server answers",
                metadata: ["file": "\(keeper.path)", "error": "\(error)"])
            problems.state = "\(keeper.path): error: \(error); addresses are announced when the API server answers"
            postProblems()
        }
    }

    /// Nothing is allocated and no status is written from it: both wait for the API server anyway.
    private func serve(_ state: StateFile, from path: String) {
        guard !view.isSynchronised else { return }
        let written = Date(timeIntervalSince1970: Double(state.written))
        var facts: [SourceSubject: SourceFact] = [:]
        for service in state.services { facts[.service(service.key)] = .service(service) }
        for node in state.nodes { facts[.node(node.name)] = .node(node) }
        let age = max(0, Int(Date().timeIntervalSince(written)))
        logger.warning(
            "Services cannot be read from the API server; what was recorded is announced",
            metadata: [
                "file": "\(path)", "services": "\(state.services.count)",
                "recorded": "\(written.formatted(.iso8601))", "age.seconds": "\(age)",
            ])
        let problem =
            "Services could not be read from the API server since the start; what is announced was recorded at "
            + "\(written.formatted(.iso8601)) in \(path)"
        standIn = StandIn(written: written, subjects: Set(facts.keys), problem: problem)
        problems.state = problem
        facts[.synchronisation] = .synchronised
        changes.post(facts)
        postProblems()
    }

    /// The first facts from the API server, with the end of all that was recorded and is no more.
    func replacingStandIn(_ facts: [SourceSubject: SourceFact]) -> [SourceSubject: SourceFact] {
        guard let standIn, facts[.synchronisation] != nil else { return facts }
        var facts = facts
        for subject in standIn.subjects where facts[subject] == nil {
            switch subject {
            case .service: facts[subject] = .serviceGone
            case .node: facts[subject] = .nodeGone
            case .namespace, .clusterRanges, .synchronisation, .problems, .allocation: break
            }
        }
        self.standIn = nil
        problems.state = nil
        logger.notice("Services are read from the API server; what was recorded is replaced by what is")
        return facts
    }

    // MARK: - Writing

    /// Writes what is known after it has changed, seldom enough to cost little.
    func recordLoop(with keeper: StateKeeper) async {
        for await _ in stateBell {
            guard (try? await Task.sleep(for: Self.quiet)) != nil else { return }
            let took = await record(with: keeper)
            guard (try? await Task.sleep(for: max(Self.pause, took * 50))) != nil else { return }
        }
    }

    @discardableResult
    func record(with keeper: StateKeeper) async -> Duration {
        guard view.isSynchronised, isStateNews else { return .zero }
        isStateNews = false
        do {
            if let aside = try await keeper.setForeignAside() {
                logger.warning(
                    "what another version of herald recorded cannot be read here; it is kept for a return to that version",
                    metadata: ["file": "\(aside)"])
            }
            let took = try await keeper.write(view, server: client.server, at: Int64(Date().timeIntervalSince1970))
            problems.state = nil
            return took
        } catch {
            isStateNews = true
            let problem = "\(error); a start without the API server would announce nothing new"
            if problems.state != problem {
                logger.warning("what is known could not be recorded", metadata: ["error": "\(error)"])
            }
            problems.state = problem
            postProblems()
            stateBellRope.yield()
            return .zero
        }
    }
}
