import FoundationEssentials

/// What is read of the file in which the directory source keeps a Service's record and status.
struct StateFile: Decodable, Sendable {
    struct Metadata: Decodable { var annotations: [String: String]? }
    struct Status: Decodable {
        var loadBalancer: LoadBalancer?
        var conditions: [Condition]?
    }
    struct LoadBalancer: Decodable { var ingress: [Ingress]? }
    struct Ingress: Decodable {
        var ip: String
        var ipMode: String?
    }
    struct Condition: Decodable {
        var type: String
        var status: String
        var reason: String
        var message: String
    }

    var metadata: Metadata
    var status: Status?

    init(json: String) throws {
        self = try JSONDecoder().decode(StateFile.self, from: Data(json.utf8))
    }

    /// The addresses recorded, in their order.
    var record: [String] {
        (metadata.annotations?["herald-lb.io/assigned"] ?? "").split(separator: ",").map(String.init)
    }
    /// The addresses in effect.
    var ingress: [String] { (status?.loadBalancer?.ingress ?? []).map(\.ip) }
    var isAnnounced: Bool { announced?.status == "True" }
    var allocated: Condition? { condition("Allocated") }
    var announced: Condition? { condition("Announced") }

    private func condition(_ kind: String) -> Condition? {
        status?.conditions?.first { $0.type == "herald-lb.io/\(kind)" }
    }
}
