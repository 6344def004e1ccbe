import BGP
import Testing

@Suite("NOTIFICATION and ROUTE-REFRESH")
struct NotificationMessageTests {
    @Test("a shutdown of BIRD with a text")
    func bird() throws {
        let octets = [UInt8](hex: marker + "0025 03 06 02 0f 647261696e206f66206e6f64652d31")
        let message = try NotificationMessage(RawMessage(single: octets))
        #expect(message.reason == NotificationReason(6, 2))
        #expect(message.text == "drain of node-1")
        #expect(message.octets == octets)
        #expect(
            "\(message)" == "ceased: shut down by the administrator (6/2), saying \"drain of node-1\"")
    }

    @Test("a text in a hard reset is found")
    func hardReset() {
        let message = NotificationMessage(
            NotificationReason(6, 9), data: [6, 2, 3] + Array("bye".utf8))
        #expect(message.text == "bye")
        #expect("\(message)".contains("hard reset"))
        #expect("\(message)".contains("shut down by the administrator"))
    }

    @Test(
        "texts are safe to log",
        arguments: [
            ([4, 0x61, 0x0A, 0x1B, 0x62], #"a\n\u{1B}b"#), ([2, 0xC3, 0xBC], "ü"),
            ([2, 0xC3, 0x28], "02c328"),
            ([9, 0x61], "0961"), ([3, 0xE2, 0x80, 0xAE], #"\u{202E}"#),
        ] as [([UInt8], String)])
    func escaping(data: [UInt8], text: String) {
        #expect(NotificationMessage(NotificationReason(6, 2), data: data).text == text)
    }

    @Test("what is no text takes no more room than a text could")
    func longNonsense() {
        let data = [1, 0xFF] + [UInt8](repeating: 0, count: 60_000)
        for message in [
            NotificationMessage(NotificationReason(6, 2), data: data),
            NotificationMessage(NotificationReason(6, 9), data: [6, 2] + data),
            NotificationMessage(NotificationReason(6, 3), data: data),
        ] {
            #expect("\(message)".count < 800)
        }
    }

    @Test("no text where there is none")
    func noText() {
        #expect(NotificationMessage(NotificationReason(6, 2)).text == nil)
        #expect(NotificationMessage(NotificationReason(6, 2), data: [0]).text == nil)
        #expect(NotificationMessage(NotificationReason(6, 3), data: [1, 0x61]).text == nil)
    }

    @Test("each reason has a sentence of its own")
    func sentences() {
        let reasons: [(UInt8, [UInt8])] = [
            (1, [1, 2, 3]), (2, [0, 1, 2, 3, 4, 6, 7, 11]), (3, [1, 2, 3, 4, 5, 6, 8, 9, 10, 11]),
            (4, [0]),
            (5, [1, 2, 3]), (6, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), (7, [1]), (8, [0]),
        ]
        let sentences = reasons.flatMap { code, subcodes in
            subcodes.map { NotificationReason(code, $0).description.split(separator: " (")[0] }
        }
        #expect(Set(sentences).count == sentences.count)
        let all = (0...65535).map { NotificationReason(UInt8($0 >> 8), UInt8($0 & 0xFF)).description }
        #expect(Set(all).count == all.count)
    }

    @Test("data is cut so that every peer takes the message")
    func longData() throws {
        let message = NotificationMessage(
            NotificationReason(3, 2), data: [UInt8](repeating: 7, count: 9000))
        #expect(message.octets.count == 4096)
        #expect(
            try NotificationMessage(RawMessage(single: message.octets, limit: 4096)).data.count == 4075)
    }

    @Test("a refresh request, as scapy writes it")
    func refresh() throws {
        let octets = [UInt8](hex: marker + "0017 05 0002 00 01")
        let message = try RouteRefreshMessage(RawMessage(single: octets))
        #expect(message == RouteRefreshMessage(.request, .ipv6Unicast))
        #expect(message.octets == octets)
    }

    @Test("all subtypes go there and back", arguments: UInt8.min...UInt8.max)
    func subtypes(subtype: UInt8) throws {
        let octets = [UInt8](hex: marker + "0017 05 0001") + [subtype, 1]
        #expect(try RouteRefreshMessage(RawMessage(single: octets)).octets == octets)
    }

    @Test(
        "a beginning or ending of a wrong length is 7/1 with the message, less than can be told apart 1/2",
        arguments: [
            ("0001 01 01 00", true), ("0001 02 01 00", true), ("0001 01", true), ("0001 02", true),
            ("0001 00", false),
            ("0001", false), ("00", false), ("", false),
        ])
    func refreshLength(body: String, isRefreshError: Bool) {
        let body = [UInt8](hex: body)
        let whole = [UInt8](hex: marker) + [0, UInt8(19 + body.count), 5] + body
        let expected =
            isRefreshError
            ? NotificationMessage(NotificationReason(7, 1), data: whole)
            : NotificationMessage(NotificationReason(1, 2), data: [0, UInt8(19 + body.count)])
        #expect(throws: expected) {
            try RouteRefreshMessage(RawMessage(type: .routeRefresh, body: body[...]))
        }
    }

    @Test("a request with filters that were not agreed is a request")
    func filters() throws {
        let body = [UInt8](hex: "0001 00 01 01 40 0000")
        #expect(
            try RouteRefreshMessage(RawMessage(type: .routeRefresh, body: body[...]))
                == RouteRefreshMessage(.request, .ipv4Unicast))
    }
}
