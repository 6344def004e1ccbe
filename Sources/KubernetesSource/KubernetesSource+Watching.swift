import FoundationEssentials
import Kubernetes
import Logging

extension KubernetesSource {
    /// Feeds the view with one kind of object until the task is cancelled. Off the actor, since it parses.
    @concurrent
    nonisolated func follow<Object: Resource>(
        _ type: Object.Type, _ part: ClusterView.Part, _ selection: Selection, number: UInt64,
        reading: Int = 0,
        take: @Sendable (inout ClusterView, Delivery<Object>) -> Void
    ) async {
        let loop = WatchLoop(type, of: client, selection, seed: seed &+ number)
        await loop.run(
            deliver: { await self.receive($0, part, take) },
            report: { await self.hear($0, from: part, reading) })
    }

    func receive<Object: Resource>(
        _ delivery: Delivery<Object>, _ part: ClusterView.Part,
        _ take: @Sendable (inout ClusterView, Delivery<Object>) -> Void
    ) {
        switch delivery {
        case .put(let object): problems.unreadable[part]?[object.metadata.key] = nil
        case .remove(let key): problems.unreadable[part]?[key] = nil
        case .replace(_, let kept, _):
            problems.unreadable[part] = problems.unreadable[part]?.filter { kept.contains($0.key) }
        }
        take(&view, delivery)
        spread()
        isWorking(part)
        postProblems()
    }

    private func hear(_ report: WatchReport, from part: ClusterView.Part, _ reading: Int) {
        switch report {
        case .watching: isWorking(part)
        case .synchronized(let objects):
            isWorking(part)
            if part == .services { noteReading(reading) }
            // What stopped being a load balancer meanwhile is not among them, and no watch told of it.
            if part == .services, writing.isAllocator { sweepBellRope.yield() }
            logger.debug("all objects read", metadata: metadata(part, ["objects": "\(objects)"]))
        case .unreadable(let object):
            if problems.addUnreadable(object, part) {
                logger.error("an object cannot be read", metadata: metadata(part, ["error": "\(object)"]))
            }
        case .failing(let reason, _) where part == .serviceCIDRs:
            // What was last known is enough, and without it nothing is lost but a check.
            logger.debug("a watch fails", metadata: metadata(part, ["error": "\(reason)"]))
        case .failing(let reason, _):
            if part == .services { reachability.note(isReachable: false, reason: reason, at: Date()) }
            guard problems.watching.updateValue(reason, forKey: part) != reason else { return }
            logger.warning(
                "a watch fails; what was last known stays in force", metadata: metadata(part, ["error": "\(reason)"]))
        case .readingAgain(let reason):
            logger.debug("all objects are read again", metadata: metadata(part, ["reason": "\(reason)"]))
        case .withoutStreamingLists(let reason):
            logger.info("lists are read in pages", metadata: metadata(part, ["reason": "\(reason)"]))
        }
        postProblems()
    }

    private func isWorking(_ part: ClusterView.Part) {
        if part == .services {
            if !reachability.isReachable { resumeWriting() }
            reachability.note(isReachable: true, at: Date())
        }
        guard problems.watching.removeValue(forKey: part) != nil else { return }
        logger.notice("a watch works again", metadata: metadata(part))
    }

    private func resumeWriting() {
        pending.release()
        bellRope.yield()
    }

    private typealias Metadata = Logger.Metadata

    private func metadata(_ part: ClusterView.Part, _ more: Metadata = [:]) -> Metadata {
        more.merging(["kubernetes.resource": "\(part)"]) { own, _ in own }
    }
}
