import FoundationEssentials
import IPAM
import LoadBalancing
import NetworkTypes

/// A state file that is not what herald wrote.
struct DamagedState: Error, CustomStringConvertible {
    let description: String
}

extension ServiceState {
    /// More addresses than these were never written.
    private static let mostAddresses = 16

    /// Reads a state file; fields that are not known are passed over.
    init(json: [UInt8], of key: ServiceKey) throws(DamagedState) {
        let document: StateDocument
        do {
            document = try StateDocument(json: json)
        } catch {
            throw DamagedState(description: "it is not the JSON of a Service")
        }
        guard document.kind == "Service" else { throw DamagedState(description: "it is not a Service") }
        guard document.apiVersion == "v1" else {
            let version = document.apiVersion.prefix(16)
            throw DamagedState(
                description: "it has version '\(version)', and this herald reads version 'v1' only")
        }
        guard document.metadata.name == key.name, document.metadata.namespace == key.namespace else {
            throw DamagedState(description: "it is about another Service than its name says")
        }
        let assigned = document.metadata.annotations?[Annotation.assigned] ?? ""
        record = try Self.addresses(assigned.split(separator: ",").map { String($0) }, "record")
        ingress = try Self.addresses((document.status?.loadBalancer?.ingress ?? []).map(\.ip), "status")
        for condition in document.status?.conditions ?? [] {
            guard let statement = Statement(condition),
                !statements.contains(where: { $0.condition.kind == statement.condition.kind })
            else { continue }
            statements.append(statement)
        }
    }

    private static func addresses(_ texts: [String], _ place: String) throws(DamagedState) -> [IPAddress] {
        let addresses = texts.compactMap { IPAddress($0) }
        guard addresses.count == texts.count, addresses.count <= mostAddresses else {
            throw DamagedState(description: "the \(place) in it is not a list of addresses")
        }
        return addresses
    }
}

extension ServiceState.Statement {
    /// Nil for a condition of a kind that is not ours.
    fileprivate init?(_ condition: StateDocument.Condition) {
        guard let kind = Condition.Kind(rawValue: condition.type) else { return nil }
        let seconds = condition.lastTransitionTime.timeIntervalSince1970.rounded(.down)
        self.init(
            condition: Condition(
                kind: kind, isTrue: condition.status == "True", reason: condition.reason, message: condition.message,
                observedGeneration: condition.observedGeneration ?? 0),
            since: Int64(exactly: seconds) ?? 0)
    }
}
