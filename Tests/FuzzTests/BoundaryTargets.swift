import Configuration
import FoundationEssentials
import LoadBalancing
import YAML

@testable import DirectorySource
@testable import Kubernetes
@testable import KubernetesSource
@testable import Operations

extension FuzzTarget {
    /// Everything but routing that takes octets from outside.
    static let boundaries: [FuzzTarget] = [files, requests, keys, frames, heartbeats, kernel, kubernetes, objects]
        .flatMap(\.self)

    private static let files = [yaml, configuration, manifest, imported, serviceState]
    private static let requests = [operationsRequest, operationsAccess, httpHead]

    // MARK: - Files

    private static let yaml = FuzzTarget("yaml", seeds: BoundarySeeds.texts) { octets in
        _ = try? Parser.parse(octets)
    }

    private static let configuration = FuzzTarget("configuration", seeds: BoundarySeeds.configurations) { octets in
        do throws(ProblemList) {
            _ = try Configuration.parse(octets, file: "herald.yaml")
        } catch {
            hold(!"\(error)".isEmpty, "a refusal says why")
        }
    }

    private static let manifest = FuzzTarget("manifest", seeds: BoundarySeeds.manifests) { octets in
        let manifest = ManifestReader.read(octets, file: "services.yaml")
        _ = "\(manifest.problems)"
    }

    private static let serviceState = FuzzTarget("service-state", seeds: BoundarySeeds.serviceStates) { octets in
        let key = BoundarySeeds.key
        do throws(DamagedState) {
            let state = try ServiceState(json: octets, of: key)
            hold(state.record.count <= 16, "no more addresses than are written")
        } catch {
            hold(!error.description.isEmpty, "a refusal says why")
        }
    }

    // MARK: - Requests

    /// The target and the host of a request to the operations server or the control socket, split at the first line end;
    /// what surrounds them is read by NIO.
    private static let operationsRequest = FuzzTarget("operations-request", seeds: BoundarySeeds.requests) { octets in
        let lines = octets.split(separator: UInt8(ascii: "\n"), maxSplits: 1).map {
            String(decoding: $0, as: UTF8.self)
        }
        let request = OperationsRequest(target: lines.first ?? "")
        _ = request.asks("verbose")
        if let subject = request.value(of: "subject") {
            hold(request.asks("subject"), "a value is asked for by its name")
            hold(subject.utf8.count <= request.query.utf8.count, "reading percent signs makes nothing longer")
        }
        _ = HostCheck.admits(lines.dropFirst().first)
    }

    /// The target of a request and its `Authorization`s, a line each.
    private static let operationsAccess = FuzzTarget("operations-access", seeds: BoundarySeeds.accesses) { octets in
        let token = BoundarySeeds.token
        guard let access = try? Access(token: Array(token.utf8), from: "token") else { return }
        let lines = octets.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        let request = OperationsRequest(target: lines.first ?? "")
        let told = Array(lines.dropFirst())
        hold(access.admits(request, authorization: ["Bearer \(token)"]), "who has the token is admitted")
        let isOpen = Access.open.contains(request.path) && !request.asks("verbose")
        hold(access.admits(request, authorization: []) == isOpen, "who tells nothing may only probe")
        if access.admits(request, authorization: told), !isOpen {
            hold(told.count == 1 && told.allSatisfy { tells(token, $0) }, "who is admitted has told the token, once")
        }
    }

    /// Whether the last word is the token, or base64 of something that ends with it behind a colon.
    private static func tells(_ token: String, _ authorization: String) -> Bool {
        guard let word = authorization.split(separator: " ").last else { return false }
        if word.utf8.elementsEqual(token.utf8) { return true }
        guard let octets = Data(base64Encoded: String(word)) else { return false }
        return octets.suffix(token.utf8.count + 1).elementsEqual(":\(token)".utf8)
    }
}
