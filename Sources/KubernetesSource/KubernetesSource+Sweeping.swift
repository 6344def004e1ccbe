import IPAM
import Kubernetes
import LoadBalancing
import Logging
import NetworkTypes

extension KubernetesSource {
    /// Between two tries of a sweep that failed.
    private static let sweepPause = Duration.seconds(15)

    /// Looks for what herald left on Services that stopped being load balancers while no allocator saw it: each time that
    /// this node comes to allocate, or has read all Services anew while it does.
    func sweepLoop() async {
        for await _ in sweepBell {
            while writing.isAllocator, !Task.isCancelled {
                do throws(APIError) {
                    try await sweep()
                    break
                } catch {
                    noteSweep(error)
                    guard (try? await Task.sleep(for: Self.sweepPause)) != nil else { return }
                }
            }
        }
    }

    /// One page at a time, of which only what is to be tidied up is kept.
    private func sweep() async throws(APIError) {
        var token = ""
        var selection = Selection(fields: "spec.type!=LoadBalancer")
        repeat {
            let page: ListPage<Kubernetes.Service>
            do throws(APIError) {
                page = try await client.page(Kubernetes.Service.self, selection, continueToken: token)
            } catch {
                guard error.status?.code == 400, token.isEmpty, selection != Selection() else { throw error }
                selection = Selection()
                continue
            }
            for service in page.items where service.spec.type != "LoadBalancer" && ServiceReading.hasTraces(service) {
                let key = ServiceKey(service.metadata.key)
                guard !view.services.contains(key) else { continue }
                pending.add(.forget(uid: service.metadata.uid), for: key)
                bellRope.yield()
            }
            token = page.metadata.continueToken
            if token.isEmpty { break }
        } while writing.isAllocator
        problems.sweeping = nil
        postProblems()
    }

    private func noteSweep(_ error: APIError) {
        guard !error.isCancelled, problems.sweeping != error.description else { return }
        problems.sweeping = error.description
        logger.warning(
            "Services that are no load balancers any more could not be looked for", metadata: ["error": "\(error)"])
        postProblems()
    }
}
