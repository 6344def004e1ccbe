import IPAM
import Kubernetes
import LoadBalancing
import NetworkTypes

/// What is known of all EndpointSlices, by the Service they belong to: one block of memory for each Service.
struct KeptSlices: Sendable {
    private var entries: [ServiceKey: [UInt8]] = [:]
    /// The name of the Service that a slice belonged to when it was last delivered; it is in the slice's namespace.
    private var owners: [ObjectKey: String] = [:]

    /// Of all slices, in no order.
    var keys: some Collection<ObjectKey> { owners.keys }

    /// The Service that a slice belongs to.
    func owner(of slice: ObjectKey) -> ServiceKey? {
        owners[slice].map { ServiceKey(namespace: slice.namespace, name: $0) }
    }

    /// The slices of a Service, by name.
    subscript(service: ServiceKey) -> [String: SliceFacts] {
        guard let octets = entries[service] else { return [:] }
        var reader = PackedReader(octets)
        var slices: [String: SliceFacts] = [:]
        for (name, facts) in reader.list({ ($0.text(), $0.slice(of: service.name)) }) { slices[name] = facts }
        return slices
    }

    /// Takes in what a slice says; true when it said something else before.
    mutating func put(_ facts: SliceFacts, for slice: ObjectKey) -> Bool {
        let owner = ServiceKey(namespace: slice.namespace, name: facts.service)
        owners[slice] = facts.service
        var slices = self[owner]
        guard slices.updateValue(facts, forKey: slice.name) != facts else { return false }
        set(slices, of: owner)
        return true
    }

    /// Returns the Service that it belonged to.
    mutating func remove(_ slice: ObjectKey) -> ServiceKey? {
        guard let owner = owner(of: slice) else { return nil }
        owners[slice] = nil
        var slices = self[owner]
        slices[slice.name] = nil
        set(slices, of: owner)
        return owner
    }

    private mutating func set(_ slices: [String: SliceFacts], of service: ServiceKey) {
        guard !slices.isEmpty else {
            entries[service] = nil
            return
        }
        var writer = PackedWriter()
        writer.write(Array(slices)) {
            $0.write($1.key)
            $0.write($1.value)
        }
        entries[service] = writer.packed
    }
}

extension PackedWriter {
    fileprivate mutating func write(_ slice: SliceFacts) {
        write(slice.family) { $0.write($1 == .ipv6) }
        write(Array(slice.places)) { writer, place in
            writer.write(place.node?.text)
            let condition: UInt64 =
                switch place.condition {
                case .ready: 0
                case .terminating: 1
                case .notReady: 2
                }
            writer.write(condition)
        }
    }
}

extension PackedReader {
    fileprivate mutating func slice(of service: String) -> SliceFacts {
        let family: AddressFamily? = optional { $0.flag() ? .ipv6 : .ipv4 }
        let places = list { reader in
            let node = reader.optional { NodeName($0.text()) }
            let condition: SliceFacts.Condition =
                switch reader.unsigned() {
                case 0: .ready
                case 1: .terminating
                default: .notReady
                }
            return SliceFacts.Place(node: node, condition: condition)
        }
        return SliceFacts(service: service, family: family, places: Set(places))
    }
}
