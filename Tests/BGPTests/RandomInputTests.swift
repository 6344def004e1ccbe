import BGP
import NetworkTypes
import Testing

@Suite("Any octets at all")
struct RandomInputTests {
    @Test("what is encoded decodes to the same UPDATE", arguments: 0..<50 as Range<UInt64>)
    func updates(seed: UInt64) throws {
        var random = RandomMessages(seed: seed)
        var reader = UpdateReader(terms: UpdateTerms(isInternal: true, peerASN: ASN(64512)))
        for _ in 0..<20 {
            let update = random.update()
            let received = try reader.read(RawMessage(single: update.octets()))
            #expect(received.message == update)
            #expect(received.faults.isEmpty)
        }
    }

    @Test("what is encoded decodes to the same OPEN", arguments: 0..<50 as Range<UInt64>)
    func opens(seed: UInt64) throws {
        var random = RandomMessages(seed: seed)
        for _ in 0..<20 {
            let open = random.open()
            #expect(try OpenMessage(RawMessage(single: open.octets)) == open)
        }
    }

    @Test("prefixes go there and back", arguments: 0..<20 as Range<UInt64>)
    func prefixes(seed: UInt64) {
        var random = RandomMessages(seed: seed)
        for family in AddressFamily.allCases {
            let prefixes = (0..<100).map { _ in random.prefix(family) }
            let list = PrefixList(prefixes, family: family)
            #expect(Array(list) == prefixes)
            #expect(list.count == 100)
        }
    }

    /// 40 seeds of 3,000: 120,000 messages that are random, or sound ones with a few octets changed, cut or repeated.
    @Test("ends in a value or in an error that the RFC names", arguments: 0..<40 as Range<UInt64>)
    func anything(seed: UInt64) {
        var random = RandomMessages(seed: seed)
        let sound = UpdateMessageTests.vectors.map(\.octets) + OpenMessageTests.vectors.map(\.octets)
        for _ in 0..<3_000 {
            var octets: [UInt8]
            switch Int.random(in: 0..<4, using: &random.generator) {
            case 0: octets = random.octets(0...120)
            case 1:
                octets = RandomMessages.framed(random.octets(0...120), type: random.number(UInt8.self) % 6)
            default: octets = random.mutated(sound.randomElement(using: &random.generator) ?? [])
            }
            Self.check(octets, octetsPerNumber: random.chance(50) ? 4 : 2)
        }
    }

    static func check(_ octets: [UInt8], octetsPerNumber: Int) {
        var framer = MessageFramer()
        framer.append(octets)
        var reader = UpdateReader(
            terms: UpdateTerms(
                isInternal: octets.count.isMultiple(of: 2), peerASN: ASN(1),
                octetsPerNumber: octetsPerNumber))
        do throws(NotificationMessage) {
            while let message = try framer.next() {
                switch message.type {
                case .open: _ = try OpenMessage(message).octets
                case .update:
                    let received = try reader.read(message)
                    _ = received.message.octets(octetsPerNumber: octetsPerNumber)
                    _ = received.announcedCount + received.withdrawnCount
                    for prefix in received.message.announced { _ = prefix.prefixLength }
                    for fault in received.faults { #expect(fault.notification.reason.code == 3) }
                case .notification: _ = "\(try NotificationMessage(message))"
                case .keepalive: #expect(message.body.isEmpty)
                case .routeRefresh: _ = try RouteRefreshMessage(message).octets
                }
            }
        } catch {
            #expect(Self.known.contains(error.reason))
            #expect(!error.octets.isEmpty)
        }
    }

    static let known: Set<NotificationReason> = [
        NotificationReason(1, 1), NotificationReason(1, 2), NotificationReason(1, 3),
        NotificationReason(2, 0),
        NotificationReason(2, 1), NotificationReason(2, 2), NotificationReason(2, 3),
        NotificationReason(2, 4),
        NotificationReason(2, 6), NotificationReason(3, 1), NotificationReason(3, 2),
        NotificationReason(3, 4),
        NotificationReason(3, 5), NotificationReason(3, 6), NotificationReason(3, 8),
        NotificationReason(3, 9),
        NotificationReason(3, 10), NotificationReason(3, 11), NotificationReason(7, 1),
    ]
}

extension RandomMessages {
    static func framed(_ body: [UInt8], type: UInt8) -> [UInt8] {
        let length = body.count + 19
        return [UInt8](repeating: 0xFF, count: 16) + [UInt8(length >> 8), UInt8(length & 0xFF), type]
            + body
    }

    /// A copy with up to four changes behind the header, and a length that fits again.
    mutating func mutated(_ octets: [UInt8]) -> [UInt8] {
        var body = Array(octets.dropFirst(19))
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !body.isEmpty {
            let place = Int.random(in: 0..<body.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: body[place] = number()
            case 1: body[place] ^= 1 << (number(UInt8.self) & 7)
            case 2: body.insert(number(), at: place)
            case 3: body.remove(at: place)
            default: body.append(contentsOf: body[place...].prefix(20))
            }
        }
        return Self.framed(body, type: octets[18])
    }
}
