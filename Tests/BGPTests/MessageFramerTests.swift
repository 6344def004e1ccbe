import BGP
import Testing

@Suite("Cutting the stream into messages")
struct MessageFramerTests {
    static let stream: [UInt8] =
        [UInt8](hex: marker + "0013 04") + [UInt8](hex: marker + "0017 02 0000 0000")
        + [UInt8](hex: marker + "0015 03 0602") + [UInt8](hex: marker + "0017 05 0001 00 01")
        + [UInt8](hex: marker + "0013 04")

    static func types(_ framer: inout MessageFramer) throws -> [MessageType] {
        var types: [MessageType] = []
        while let message = try framer.next() { types.append(message.type) }
        return types
    }

    static let expected: [MessageType] = [
        .keepalive, .update, .notification, .routeRefresh, .keepalive,
    ]

    @Test("all at once")
    func whole() throws {
        var framer = MessageFramer()
        framer.append(Self.stream)
        #expect(try Self.types(&framer) == Self.expected)
        #expect(framer.pendingCount == 0)
    }

    @Test("in pieces of any size", arguments: 1...40)
    func pieces(size: Int) throws {
        var framer = MessageFramer()
        var types: [MessageType] = []
        for start in stride(from: 0, to: Self.stream.count, by: size) {
            framer.append(Self.stream[start..<min(start + size, Self.stream.count)])
            types += try Self.types(&framer)
            #expect(framer.pendingCount <= 40)
        }
        #expect(types == Self.expected)
    }

    @Test("a marker that is not all ones is error 1/1", arguments: 0..<16)
    func wrongMarker(position: Int) {
        var octets = [UInt8](hex: marker + "0013 04")
        octets[position] = 0xFE
        #expect(Self.error(octets) == NotificationMessage(NotificationReason(1, 1)))
    }

    @Test(
        "a length that the type does not allow is error 1/2 with the length",
        arguments: [
            ("0012", "04"), ("0000", "04"), ("1001", "02"), ("ffff", "02"), ("0014", "04"),
            ("001c", "01"),
            ("0016", "02"), ("0014", "03"),
        ])
    func wrongLength(length: String, type: String) {
        let octets = [UInt8](hex: marker + length + type)
        #expect(
            Self.error(octets)
                == NotificationMessage(NotificationReason(1, 2), data: [UInt8](hex: length)))
    }

    @Test("an unknown type is error 1/3 with the type", arguments: [UInt8(0), 6, 255])
    func wrongType(type: UInt8) {
        let octets = [UInt8](hex: marker + "0013") + [type]
        #expect(Self.error(octets) == NotificationMessage(NotificationReason(1, 3), data: [type]))
    }

    @Test("extended messages reach 65535 octets, but OPEN and KEEPALIVE do not")
    func extended() throws {
        let long = [UInt8](hex: marker + "ffff 02") + [UInt8](repeating: 0, count: 65535 - 19)
        var framer = MessageFramer(limit: MessageHeader.extendedLimit)
        framer.append(long)
        #expect(try framer.next()?.body.count == 65535 - 19)
        let open = [UInt8](hex: marker + "1001 01")
        #expect(
            Self.error(open, limit: 65535)
                == NotificationMessage(NotificationReason(1, 2), data: [0x10, 1]))
        let keepalive = [UInt8](hex: marker + "1001 04")
        #expect(
            Self.error(keepalive, limit: 65535)
                == NotificationMessage(NotificationReason(1, 2), data: [0x10, 1]))
    }

    @Test("a long stream in one framer leaves nothing behind")
    func manyMessages() throws {
        var framer = MessageFramer()
        var count = 0
        for _ in 0..<5_000 {
            framer.append(Self.stream)
            count += try Self.types(&framer).count
        }
        #expect(count == 25_000)
        #expect(framer.pendingCount == 0)
    }

    static func error(_ octets: [UInt8], limit: Int = MessageHeader.standardLimit)
        -> NotificationMessage?
    {
        var framer = MessageFramer(limit: limit)
        framer.append(octets)
        do throws(NotificationMessage) {
            _ = try framer.next()
            return nil
        } catch {
            return error
        }
    }
}
