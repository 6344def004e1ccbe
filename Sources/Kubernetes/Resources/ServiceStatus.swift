/// What became of a Service.
public struct ServiceStatus: Decodable, Equatable, Sendable {
    /// Its addresses.
    public var loadBalancer = LoadBalancerStatus()
    /// One of each type.
    public var conditions: [Condition] = []

    /// Nothing has become of it yet.
    public init() {}

    private enum Key: String, CodingKey {
        case loadBalancer, conditions
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        loadBalancer = try container.decode(.loadBalancer, default: LoadBalancerStatus())
        conditions = try container.decode(.conditions, default: [])
    }
}

/// Where a Service is reached from outside.
public struct LoadBalancerStatus: Decodable, Hashable, Sendable {
    /// In the order of the Service's families.
    public var ingress: [LoadBalancerIngress]

    /// One entry for each address.
    public init(ingress: [LoadBalancerIngress] = []) {
        self.ingress = ingress
    }

    private enum Key: String, CodingKey {
        case ingress
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        ingress = try decoder.container(keyedBy: Key.self).decode(.ingress, default: [])
    }
}

/// One address or name of a Service.
public struct LoadBalancerIngress: Decodable, Hashable, Sendable {
    /// As the server holds it, canonical or not; empty when there is a host name instead.
    public var ip: String
    /// Empty when there is an address instead.
    public var hostname: String
    /// `VIP` or `Proxy`; the server sets `VIP` where it is absent.
    public var ipMode: String?
    /// Empty, or all ports of the Service.
    public var ports: [PortStatus]

    /// An address.
    public init(ip: String, ipMode: String?, ports: [PortStatus] = []) {
        self.ip = ip
        self.ipMode = ipMode
        self.ports = ports
        hostname = ""
    }

    private enum Key: String, CodingKey {
        case ip, hostname, ipMode, ports
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        ip = try container.decode(.ip, default: "")
        hostname = try container.decode(.hostname, default: "")
        ipMode = try container.decode(.ipMode)
        ports = try container.decode(.ports, default: [])
    }

    /// As it is written in a patch.
    public var json: JSONValue {
        var members: [JSONValue.Member] = []
        if !ip.isEmpty { members.append(.init("ip", .string(ip))) }
        if !hostname.isEmpty { members.append(.init("hostname", .string(hostname))) }
        if let ipMode { members.append(.init("ipMode", .string(ipMode))) }
        if !ports.isEmpty { members.append(.init("ports", .array(ports.map(\.json)))) }
        return .object(members)
    }
}

/// Whether one port of a Service works on an address.
public struct PortStatus: Decodable, Hashable, Sendable {
    /// Of the Service.
    public var port: UInt16
    /// `TCP`, `UDP` or `SCTP`.
    public var protocolName: String
    /// A reason in CamelCase, or with a domain before it; nil when the port works.
    public var error: String?

    /// The state of one port.
    public init(port: UInt16, protocolName: String, error: String?) {
        self.port = port
        self.protocolName = protocolName
        self.error = error
    }

    private enum CodingKeys: String, CodingKey {
        case port
        case protocolName = "protocol"
        case error
    }

    var json: JSONValue {
        let error: [JSONValue.Member] = error.map { [.init("error", .string($0))] } ?? []
        return .object(
            [.init("port", .integer(Int64(port))), .init("protocol", .string(protocolName))] + error)
    }
}
