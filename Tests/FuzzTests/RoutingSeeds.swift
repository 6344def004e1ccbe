import BFD
import BGP
import NetworkTypes

/// Well-formed inputs, and sessions that wait for the next.
enum RoutingSeeds {
    static let connection = ConnectionID.outgoing(1)

    static func framed(_ type: MessageType, _ body: some Collection<UInt8>) -> [UInt8] {
        let length = UInt16(truncatingIfNeeded: MessageHeader.length + body.count)
        return [UInt8](repeating: 0xFF, count: 16) + [UInt8(length >> 8), UInt8(length & 0xFF), type.rawValue] + body
    }

    /// 1 is OpenSent, 2 OpenConfirm, 3 Established.
    static func session(upTo progress: Int) -> BGP.Session {
        guard let identifier = RouterID(0x0A00_0001) else { preconditionFailure("an identifier") }
        var configuration = BGP.SessionConfiguration(
            localASN: ASN(64512), peerASN: ASN(64500), identifier: identifier)
        configuration.mode = .both
        configuration.role = .customer
        configuration.gracefulRestart = .init()
        configuration.prefixLimits = [.ipv4: PrefixLimit(count: 100)]
        var session = BGP.Session(configuration: configuration, seed: 1)
        _ = session.handle(.start)
        _ = session.handle(.connected(connection))
        if progress > 1, let open = opens.first {
            _ = session.handle(.received(connection, framed(.open, open)))
        }
        if progress > 2 { _ = session.handle(.received(connection, framed(.keepalive, []))) }
        return session
    }

    static let opens: [[UInt8]] = {
        guard let identifier = RouterID(0x0A00_0002) else { return [] }
        func open(_ asn: UInt32, _ capabilities: [Capability]) -> [UInt8] {
            let message = OpenMessage(
                asn: ASN(asn), holdTime: .standard, identifier: identifier, capabilities: capabilities)
            return Array(message.octets.dropFirst(MessageHeader.length))
        }
        let restart = GracefulRestartCapability(
            isRestarting: true, keepsRoutesOnNotification: true, restartTime: 120,
            families: [.init(.ipv4Unicast, isForwardingPreserved: true)])
        let all: [Capability] = [
            .multiprotocol(.ipv4Unicast), .multiprotocol(.ipv6Unicast), .routeRefresh, .extendedMessage,
            .extendedNextHop([.ipv4ThroughIPv6]), .role(0), .gracefulRestart(restart), .enhancedRouteRefresh,
            .longLivedGracefulRestart([.init(.ipv4Unicast, isForwardingPreserved: true, staleTime: 3600)]),
            .hostName(HostName(host: "tor", domain: "example")), .softwareVersion("router 1"),
        ]
        let long = (0..<20).map { Capability.other(code: 128 + $0, value: [UInt8](repeating: $0, count: 30)) }
        return [
            open(64500, [.multiprotocol(.ipv4Unicast), .routeRefresh]), open(64500, all),
            open(4_200_000_000, all + long),
            [4, 0xFB, 0xF4, 0, 90, 10, 0, 0, 2, 0],
        ]
    }()

    static let updates: [[UInt8]] = {
        var attributes = PathAttributes()
        attributes.origin = .igp
        attributes.asPath = ASPath([ASN(64500), ASN(4_200_000_000)])
        attributes.nextHop = IPAddress("10.0.0.2")
        let few = attributes
        attributes.multiExitDiscriminator = 5
        attributes.localPreference = 100
        attributes.isAtomicAggregate = true
        attributes.aggregator = Aggregator(asn: ASN(64500), identifier: 7)
        attributes.communities = [.noExport, .gracefulShutdown]
        attributes.originatorID = 9
        attributes.clusterList = [1, 2]
        attributes.extendedCommunities = ["rt:64512:100"].compactMap(ExtendedCommunity.init)
        attributes.as4Path = ASPath([ASN(4_200_000_000)])
        attributes.as4Aggregator = Aggregator(asn: ASN(4_200_000_000), identifier: 7)
        attributes.largeCommunities = [LargeCommunity(ASN(64512), 1, 2)]
        attributes.onlyToCustomer = ASN(64500)
        let ipv4 = PrefixList(["192.0.2.0/24", "198.51.100.7/32", "0.0.0.0/0"].compactMap(CIDR.init), family: .ipv4)
        let ipv6 = PrefixList(["2001:db8::/32", "2001:db8::7/128", "::/0"].compactMap(CIDR.init), family: .ipv6)
        let hop = IPAddress("2001:db8::1").map { MultiprotocolReach(nextHop: .ipv6($0), prefixes: ipv6) }
        let messages = [
            UpdateMessage(attributes: few, announced: ipv4), UpdateMessage(attributes: attributes, announced: ipv4),
            UpdateMessage(withdrawn: ipv4), .endOfRIB(.ipv4), .endOfRIB(.ipv6),
            UpdateMessage(reach: hop, unreach: MultiprotocolUnreach(prefixes: ipv6), attributes: attributes),
        ]
        return messages.flatMap { message in
            [4, 2].map { Array(message.octets(octetsPerNumber: $0).dropFirst(MessageHeader.length)) }
        }
    }()

    static let notifications: [[UInt8]] = [
        [6, 2, 4] + Array("bye!".utf8), [6, 9, 6, 2, 3] + Array("\u{1B}[2".utf8), [1, 2, 0, 18], [6, 4, 9, 0xFF, 0xFE],
        [255, 255],
    ]

    static let refreshes: [[UInt8]] = [[0, 1, 0, 1], [0, 2, 1, 1], [0, 1, 2, 1, 0], [0, 99, 3, 9]]

    static let streams: [[UInt8]] = {
        let messages =
            opens.map { framed(.open, $0) } + updates.map { framed(.update, $0) }
            + notifications.map { framed(.notification, $0) } + refreshes.map { framed(.routeRefresh, $0) }
        let session = framed(.open, opens.first ?? []) + framed(.keepalive, []) + messages.flatMap(\.self)
        return messages.map { [0xFF] + $0 } + [[0xFD] + session, [0x05] + session]
    }()

    static let packets: [[UInt8]] = {
        guard let peer = Discriminator(7) else { return [] }
        func packet(_ state: State, _ knows: Bool, poll: Bool = false, final: Bool = false) -> [UInt8] {
            ControlPacket(
                diagnostic: .none, state: state, isPoll: poll, isFinal: final, multiplier: 3, myDiscriminator: peer,
                yourDiscriminator: knows ? Discriminator(1) : nil, desiredMinimumTransmit: 50000,
                requiredMinimumReceive: 50000
            ).octets
        }
        let up = packet(.down, false) + packet(.initializing, true) + packet(.up, true, poll: true)
        return [
            packet(.down, false), up, up + packet(.up, true, final: true) + packet(.adminDown, true),
            up + packet(.down, true),
        ]
    }()
}
