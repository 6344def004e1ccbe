import BGP
import NetworkTypes

/// Makes values of every kind from a seed.
struct RandomMessages {
    var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func number<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value
    where Value: UnsignedInteger {
        Value.random(in: .min ... .max, using: &generator)
    }

    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &generator) < percent
    }

    mutating func octets(_ counts: ClosedRange<Int>) -> [UInt8] {
        let count = Int.random(in: counts, using: &generator)
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    mutating func prefix(_ family: AddressFamily) -> CIDR {
        let number = UInt128(number(UInt64.self)) << 64 | UInt128(number(UInt64.self))
        let address =
            family == .ipv4
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: number)) : IPAddress(ipv6: number)
        let length = Int.random(in: 0...family.bitWidth, using: &generator)
        return CIDR(containing: address, prefixLength: length) ?? CIDR(address)
    }

    mutating func prefixes(_ family: AddressFamily, _ counts: ClosedRange<Int>) -> PrefixList {
        let count = Int.random(in: counts, using: &generator)
        return PrefixList((0..<count).map { _ in prefix(family) }, family: family)
    }

    mutating func list<Element>(_ make: (inout RandomMessages) -> Element) -> [Element] {
        chance(50) ? [] : (0..<Int.random(in: 1...90, using: &generator)).map { _ in make(&self) }
    }

    mutating func path() -> ASPath {
        ASPath(
            (0..<Int.random(in: 0...9, using: &generator)).map { _ in ASN(max(number(UInt32.self), 1)) })
    }

    mutating func attributes() -> PathAttributes {
        var attributes = PathAttributes()
        attributes.origin = Origin.allCases.randomElement(using: &generator)
        attributes.asPath = path()
        attributes.nextHop = IPAddress(
            ipv4: UInt32.random(in: 0x0100_0000...0x7E00_0000, using: &generator))
        if chance(50) { attributes.multiExitDiscriminator = number() }
        if chance(50) { attributes.localPreference = number() }
        attributes.isAtomicAggregate = chance(20)
        if chance(20) {
            attributes.aggregator = Aggregator(asn: ASN(max(number(), 1)), identifier: number())
        }
        attributes.communities = list { Community($0.number()) }
        if chance(20) { attributes.originatorID = number() }
        attributes.clusterList = list { $0.number() }
        attributes.extendedCommunities = list { ExtendedCommunity($0.number()) }
        attributes.largeCommunities = list {
            LargeCommunity(ASN($0.number()), $0.number(), $0.number())
        }
        if chance(20) { attributes.onlyToCustomer = ASN(number()) }
        if chance(20) {
            attributes.unrecognized = [
                RawAttribute(
                    flags: [.optional, .transitive], code: 200, value: octets(0...300)[...].relaid)
            ]
            attributes.unrecognized[0].flags.formUnion(
                attributes.unrecognized[0].value.count > 255 ? .extendedLength : [])
        }
        return attributes
    }

    mutating func update() -> UpdateMessage {
        let global = IPAddress(ipv6: UInt128(number(UInt64.self)))
        let linkLocal = IPAddress(ipv6: 0xFE80 << 112 | UInt128(number(UInt64.self)))
        let hop: MultiprotocolReach.NextHop =
            chance(50) ? .ipv6(global) : .ipv6WithLinkLocal(global: global, linkLocal: linkLocal)
        return UpdateMessage(
            withdrawn: prefixes(.ipv4, 0...20),
            reach: chance(50) ? MultiprotocolReach(nextHop: hop, prefixes: prefixes(.ipv6, 1...30)) : nil,
            unreach: chance(50) ? MultiprotocolUnreach(prefixes: prefixes(.ipv6, 0...20)) : nil,
            attributes: attributes(), announced: prefixes(.ipv4, 1...40))
    }

    mutating func capability() -> Capability {
        let family = chance(50) ? RouteFamily.ipv4Unicast : RouteFamily(afi: number(), safi: number())
        switch Int.random(in: 0...11, using: &generator) {
        case 0: return .multiprotocol(family)
        case 1: return .routeRefresh
        case 2:
            return .extendedNextHop([
                .ipv4ThroughIPv6, ExtendedNextHop(family: family, nextHopAFI: number()),
            ])
        case 3: return .extendedMessage
        case 4: return .role(number())
        case 5:
            return .gracefulRestart(
                GracefulRestartCapability(
                    isRestarting: chance(50), keepsRoutesOnNotification: chance(50),
                    restartTime: number() & 0xFFF,
                    families: [.init(family, isForwardingPreserved: chance(50))]))
        case 6: return .fourOctetASN(ASN(max(number(), 1)))
        case 7: return .enhancedRouteRefresh
        case 8:
            return .longLivedGracefulRestart([
                LongLivedFamily(family, isForwardingPreserved: chance(50), staleTime: number() & 0xFF_FFFF)
            ])
        case 9:
            return .hostName(
                HostName(host: "node-\(number(UInt8.self))", domain: chance(50) ? "" : "example"))
        case 10: return .softwareVersion("v\(number(UInt16.self))")
        default: return .other(code: 100 + number(UInt8.self) % 100, value: octets(0...40))
        }
    }

    mutating func open() -> OpenMessage {
        OpenMessage(
            asn: ASN(max(number(), 1)), holdTime: HoldTime(seconds: max(number(), 3)) ?? .never,
            identifier: .numbered(number()),
            capabilities: (0..<Int.random(in: 0...30, using: &generator)).map { _ in capability() })
    }
}

extension ArraySlice<UInt8> {
    /// The same octets in an array of their own.
    fileprivate var relaid: ArraySlice<UInt8> { Array(self)[...] }
}
