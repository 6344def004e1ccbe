import FoundationEssentials
import IPAM
import LoadBalancing
import NetworkTypes

/// A state file: a Service as an API server would show it, as far as it concerns load balancing.
///
/// The spec is the one for which the state was decided. It is read back only, by `ManifestReader`, where the manifest
/// itself cannot be read.
struct StateDocument {
    /// The largest state file that is read, in octets.
    static let largestFile = 1 << 18

    struct Metadata: Codable {
        var name: String
        var namespace: String
        var uid: String?
        var labels: [String: String]?
        var annotations: [String: String]?
    }

    struct Spec: Encodable {
        var type: String
        var loadBalancerClass: String?
        var loadBalancerIP: String?
        var ipFamilyPolicy: String
        var ipFamilies: [String]?
        var externalTrafficPolicy: String
        var selector: [String: String]?
        var ports: [Port]
    }

    struct Port: Encodable {
        var name: String?
        var `protocol`: String
        var port: UInt16
        var nodePort: UInt16?
    }

    struct Status: Codable {
        var loadBalancer: LoadBalancer?
        var conditions: [Condition]?
    }

    struct LoadBalancer: Codable {
        var ingress: [Ingress]?
    }

    struct Ingress: Codable {
        var ip: String
        var ipMode: String?
    }

    struct Condition: Codable {
        var type: String
        var status: String
        var reason: String
        var message: String
        var observedGeneration: Int64?
        var lastTransitionTime: Date
    }

    var apiVersion = "v1"
    var kind = "Service"
    var metadata: Metadata
    /// Nil in a document that was read.
    var spec: Spec?
    var status: Status?
}

// MARK: - JSON

extension StateDocument: Codable {
    private enum CodingKeys: String, CodingKey { case apiVersion, kind, metadata, spec, status }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        apiVersion = try container.decode(String.self, forKey: .apiVersion)
        kind = try container.decode(String.self, forKey: .kind)
        metadata = try container.decode(Metadata.self, forKey: .metadata)
        status = try container.decodeIfPresent(Status.self, forKey: .status)
    }

    init(json: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        self = try decoder.decode(StateDocument.self, from: Data(json))
    }

    /// The same octets for equal documents.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}

// MARK: - From a Service

extension StateDocument {
    init(_ service: LoadBalancerService, _ state: ServiceState) {
        var annotations = service.annotations
        annotations[Annotation.assigned] = Self.assigned(state.record)
        metadata = Metadata(
            name: service.key.name, namespace: service.key.namespace, uid: service.uid.isEmpty ? nil : service.uid,
            labels: service.labels.isEmpty ? nil : service.labels, annotations: annotations.isEmpty ? nil : annotations)
        spec = Spec(service)
        let ingress = state.ingress.map { Ingress(ip: $0.description, ipMode: "VIP") }
        status = Status(
            loadBalancer: LoadBalancer(ingress: ingress.isEmpty ? nil : ingress),
            conditions: state.statements.isEmpty ? nil : state.statements.map(Condition.init))
    }

    /// The value of the annotation that records addresses; nil for none.
    static func assigned(_ addresses: [IPAddress]) -> String? {
        addresses.isEmpty ? nil : addresses.map(\.description).joined(separator: ",")
    }
}

extension StateDocument.Spec {
    init(_ service: LoadBalancerService) {
        type = service.isLoadBalancer ? "LoadBalancer" : "ClusterIP"
        loadBalancerClass = service.loadBalancerClass
        loadBalancerIP = service.loadBalancerIP
        ipFamilyPolicy = service.familyPolicy.rawValue
        ipFamilies = service.ipFamilies.isEmpty ? nil : service.ipFamilies.map(\.rawValue)
        externalTrafficPolicy = service.trafficPolicy.rawValue
        selector = service.selector.isEmpty ? nil : service.selector
        ports = service.ports.map {
            StateDocument.Port(
                name: $0.name.isEmpty ? nil : $0.name, protocol: $0.claim.transport.rawValue, port: $0.claim.port,
                nodePort: $0.nodePort == 0 ? nil : $0.nodePort)
        }
    }
}

extension StateDocument.Condition {
    init(_ statement: ServiceState.Statement) {
        let condition = statement.condition
        type = condition.kind.rawValue
        status = condition.isTrue ? "True" : "False"
        reason = condition.reason
        message = condition.message
        observedGeneration = condition.observedGeneration
        lastTransitionTime = Date(timeIntervalSince1970: Double(statement.since))
    }
}
