import IPAM
import Kubernetes
import LoadBalancing

/// The Services of the cluster as they were last known, without what is not used, each packed into one block of memory.
struct KeptServices: Sendable {
    private var entries: [ServiceKey: [UInt8]] = [:]

    /// In no order.
    var keys: some Collection<ServiceKey> { entries.keys }

    /// In no order; each is unpacked when it is asked for.
    var values: some Sequence<Kubernetes.Service> { entries.lazy.map { Self.unpack($0.key, $0.value) } }

    /// Unpacks and packs the whole; what is set is trimmed.
    subscript(key: ServiceKey) -> Kubernetes.Service? {
        get { entries[key].map { Self.unpack(key, $0) } }
        set {
            entries[key] = newValue.map { service in
                var writer = PackedWriter()
                writer.write(ServiceReading.trimmed(service))
                return writer.packed
            }
        }
    }

    /// Whether there is such a Service.
    func contains(_ key: ServiceKey) -> Bool { entries[key] != nil }

    /// Which object it is, and in which version: cheaper than the whole.
    func identity(of key: ServiceKey) -> (uid: String, resourceVersion: String)? {
        entries[key].map { octets in
            var reader = PackedReader(octets)
            let uid = reader.text()
            return (uid, reader.text())
        }
    }

    /// How many octets it takes besides the key.
    func size(of key: ServiceKey) -> Int? { entries[key]?.count }

    /// Returns what it was.
    mutating func remove(_ key: ServiceKey) -> Kubernetes.Service? {
        entries.removeValue(forKey: key).map { Self.unpack(key, $0) }
    }

    private static func unpack(_ key: ServiceKey, _ octets: [UInt8]) -> Kubernetes.Service {
        var reader = PackedReader(octets)
        return reader.service(key)
    }
}

// MARK: - Writing

extension PackedWriter {
    /// All but the key. What tells the object comes first.
    fileprivate mutating func write(_ service: Kubernetes.Service) {
        let metadata = service.metadata
        write(metadata.uid)
        write(metadata.resourceVersion)
        write(metadata.generation)
        write(metadata.creationTimestamp) { $0.write($1.microseconds) }
        write(metadata.deletionTimestamp) { $0.write($1.microseconds) }
        write(metadata.labels)
        write(metadata.annotations)
        write(metadata.finalizers)
        write(service.spec)
        write(service.status.loadBalancer.ingress) { $0.write($1) }
        write(service.status.conditions) { $0.write($1) }
    }

    private mutating func write(_ spec: ServiceSpec) {
        write(word: spec.type)
        write(spec.loadBalancerClass)
        write(spec.loadBalancerIP)
        write(spec.ports) {
            $0.write($1.name)
            $0.write(word: $1.protocolName)
            $0.write($1.port)
            $0.write($1.nodePort)
        }
        write(spec.selector)
        write(spec.clusterIPs)
        write(spec.ipFamilies) { $0.write(word: $1) }
        write(spec.ipFamilyPolicy) { $0.write(word: $1) }
        write(word: spec.externalTrafficPolicy)
        write(spec.publishNotReadyAddresses)
    }

    private mutating func write(_ ingress: LoadBalancerIngress) {
        write(ingress.ip)
        write(ingress.hostname)
        write(ingress.ipMode) { $0.write(word: $1) }
        write(ingress.ports) {
            $0.write($1.port)
            $0.write(word: $1.protocolName)
            $0.write($1.error)
        }
    }

    private mutating func write(_ condition: Kubernetes.Condition) {
        write(word: condition.type)
        write(word: condition.status)
        write(condition.observedGeneration)
        write(condition.lastTransitionTime) { $0.write($1.microseconds) }
        write(word: condition.reason)
        write(condition.message)
    }

    /// A text that is likely one of a few, in one octet then.
    private mutating func write(word: String) {
        if let number = Vocabulary.numbers[word] { return write(number) }
        write(UInt64(0))
        write(word)
    }
}

/// What stands in most Services.
private enum Vocabulary {
    static let words =
        [
            "LoadBalancer", "TCP", "UDP", "SCTP", "IPv4", "IPv6", "SingleStack", "PreferDualStack", "RequireDualStack",
            "Cluster", "Local", "VIP", "Proxy", "True", "False", "Unknown", "Announced", "AddressAllocated",
        ] + LoadBalancing.Condition.Kind.allCases.map(\.rawValue)
    static let numbers = Dictionary(uniqueKeysWithValues: zip(words, UInt64(1)...))
}

// MARK: - Reading

extension PackedReader {
    fileprivate mutating func service(_ key: ServiceKey) -> Kubernetes.Service {
        var metadata = ObjectMeta(
            name: key.name, namespace: key.namespace, uid: text(), resourceVersion: text())
        metadata.generation = signed()
        metadata.creationTimestamp = optional { Timestamp(microseconds: $0.signed()) }
        metadata.deletionTimestamp = optional { Timestamp(microseconds: $0.signed()) }
        metadata.labels = texts()
        metadata.annotations = texts()
        metadata.finalizers = list { $0.text() }
        var service = Kubernetes.Service(metadata: metadata, spec: spec())
        service.status.loadBalancer.ingress = list { $0.ingress() }
        service.status.conditions = list { $0.condition() }
        return service
    }

    private mutating func spec() -> ServiceSpec {
        var spec = ServiceSpec()
        spec.type = word()
        spec.loadBalancerClass = optional { $0.text() }
        spec.loadBalancerIP = text()
        spec.ports = list { reader in
            var port = ServicePort(name: reader.text(), protocolName: reader.word(), port: reader.uint16())
            port.nodePort = reader.uint16()
            return port
        }
        spec.selector = texts()
        spec.clusterIPs = list { $0.text() }
        spec.ipFamilies = list { $0.word() }
        spec.ipFamilyPolicy = optional { $0.word() }
        spec.externalTrafficPolicy = word()
        spec.publishNotReadyAddresses = flag()
        return spec
    }

    private mutating func ingress() -> LoadBalancerIngress {
        let (ip, hostname) = (text(), text())
        var ingress = LoadBalancerIngress(ip: ip, ipMode: optional { $0.word() })
        ingress.hostname = hostname
        ingress.ports = list { reader in
            PortStatus(port: reader.uint16(), protocolName: reader.word(), error: reader.optional { $0.text() })
        }
        return ingress
    }

    private mutating func condition() -> Kubernetes.Condition {
        let (type, status, generation) = (word(), word(), signed())
        let time = optional { Timestamp(microseconds: $0.signed()) }
        let reason = word()
        return Kubernetes.Condition(
            type: type, status: status, observedGeneration: generation, lastTransitionTime: time, reason: reason,
            message: text())
    }

    private mutating func word() -> String {
        let number = unsigned()
        guard number > 0, number <= Vocabulary.words.count else { return text() }
        return Vocabulary.words[Int(number) - 1]
    }
}
