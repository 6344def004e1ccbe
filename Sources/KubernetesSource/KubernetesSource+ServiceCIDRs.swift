import Kubernetes
import Logging

extension KubernetesSource {
    /// Between two looks for the API or the permission, at first and at most.
    private static let absencePauses = (first: Duration.seconds(30), longest: Duration.seconds(600))
    /// While the server does not answer.
    private static let outagePauses = (first: Duration.seconds(1), longest: Duration.seconds(30))

    /// Follows the ranges of cluster IPs. A server older than 1.33 has no such API, and a role may lack the permission: then
    /// nothing is known of them, which is no problem, and they are looked for again now and then.
    @concurrent
    nonisolated func followServiceCIDRs() async {
        let (long, short) = (Self.absencePauses, Self.outagePauses)
        var absence = Backoff(first: long.first, longest: long.longest, seed: seed &+ 4)
        var outage = Backoff(first: short.first, longest: short.longest, seed: seed &+ 5)
        while !Task.isCancelled {
            let pause: Duration
            do throws(APIError) {
                let page = try await client.page(ServiceCIDR.self)
                await receive(.replace(page.items, keeping: []), .serviceCIDRs) { $0.take($1) }
                return await follow(ServiceCIDR.self, .serviceCIDRs, Selection(), number: 4) { $0.take($1) }
            } catch {
                await goOnWithoutServiceCIDRs(error)
                pause = error.isAway ? outage.next() : absence.next()
            }
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }

    private func goOnWithoutServiceCIDRs(_ error: APIError) {
        guard !error.isCancelled, !view.has(.serviceCIDRs) else { return }
        logger.info(
            "the ranges of cluster IPs (ServiceCIDR) are not known; that a pool overlaps them is not noticed",
            metadata: ["error": "\(error)"])
        view.waive(.serviceCIDRs)
        spread()
        postProblems()
    }
}
