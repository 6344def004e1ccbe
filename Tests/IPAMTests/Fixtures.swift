public import IPAM
public import NetworkTypes

extension SeededGenerator {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

extension IPAddress: ExpressibleByStringLiteral {
    /// Text that is no address becomes 0.0.0.0.
    public init(stringLiteral text: String) {
        self = IPAddress(text) ?? IPAddress(ipv4: 0)
    }
}

extension ServiceKey: ExpressibleByStringLiteral {
    /// `namespace/name`, or a name in namespace `web`.
    public init(stringLiteral text: String) {
        let parts = text.split(separator: "/").map(String.init)
        self =
            parts.count == 2
            ? ServiceKey(namespace: parts[0], name: parts[1]) : ServiceKey(namespace: "web", name: text)
    }
}

extension MonotonicTime {
    static func seconds(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }
}

extension Pool {
    /// Ranges as CIDRs, `first-last` or single addresses.
    init(_ name: String, _ ranges: String..., change: (inout Pool) -> Void = { _ in }) {
        self.init(name: name, ranges: ranges.compactMap(Pool.range))
        change(&self)
    }

    private static func range(_ text: String) -> AddressRange? {
        if let block = CIDR(text) { return block.range }
        let ends = text.split(separator: "-").compactMap { IPAddress($0) }
        guard let first = ends.first, let last = ends.last else { return nil }
        return AddressRange(first: first, last: last)
    }
}

extension AddressRequest {
    init(_ service: ServiceKey, change: (inout AddressRequest) -> Void = { _ in }) {
        self.init(service: service)
        change(&self)
    }

    static func sharing(
        _ service: ServiceKey, key: String = "k", placement: String = "any", tcp ports: UInt16...
    ) -> AddressRequest {
        AddressRequest(service) {
            $0.sharing = Sharing(key: key, placement: placement)
            $0.ports = Set(ports.map { PortClaim(.tcp, $0) })
        }
    }
}

extension AddressLedger {
    init(_ pools: Pool...) {
        self.init()
        _ = configure(pools: pools)
    }

    /// Allocates at time zero with a changed request.
    @discardableResult mutating func allocate(
        _ service: ServiceKey, change: (inout AddressRequest) -> Void = { _ in }
    ) -> AllocationOutcome {
        allocate(AddressRequest(service, change: change), at: .zero)
    }

    @discardableResult mutating func allocate(_ request: AddressRequest) -> AllocationOutcome {
        allocate(request, at: .zero)
    }
}
