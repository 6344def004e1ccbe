import Foundation
import NetworkTypes
import Testing

@testable import Kubernetes

@Suite("Reading by hand what is read in masses")
struct QuickReadingTests {
    private static func same<Value: QuickReadable & Decodable & Equatable>(
        _ type: Value.Type, _ octets: [UInt8], mustBeQuick: Bool
    ) throws -> Bool {
        let quick = Value.read(octets)
        #expect(!mustBeQuick || quick != nil, "\(String(decoding: octets.prefix(300), as: UTF8.self))")
        guard let quick else { return false }
        let careful = try JSONDecoder().decode(Value.self, from: Data(octets))
        #expect(quick == careful, "\(String(decoding: octets, as: UTF8.self))")
        return true
    }

    static let objects = ["11", "15", "20", "24", "26", "27", "28", "2b", "30", "37"]

    /// Every object of the recordings, as an answer or as a line of a watch.
    private static func documents(_ number: String) throws -> [[UInt8]] {
        try Transcript(number).exchanges.flatMap { $0.lines.isEmpty ? [$0.body] : $0.lines }
    }

    @Test("objects of a real server read as the general decoder reads them", arguments: objects)
    func recordings(number: String) throws {
        var count = 0
        for document in try Self.documents(number) {
            let text = String(decoding: document, as: UTF8.self)
            let isEvent = text.hasPrefix(#"{"type":"ADDED""#) || text.hasPrefix(#"{"type":"MODIFIED""#)
            if text.contains(#""kind":"EndpointSlice""#), isEvent {
                count += try Self.same(WatchEvent<EndpointSlice>.self, document, mustBeQuick: true) ? 1 : 0
            } else if text.contains(#""kind":"Service""#), isEvent {
                count += try Self.same(WatchEvent<Service>.self, document, mustBeQuick: true) ? 1 : 0
            } else if text.hasPrefix(#"{"kind":"Service","#) {
                count += try Self.same(Service.self, document, mustBeQuick: true) ? 1 : 0
            } else if text.hasPrefix(#"{"kind":"ServiceList""#) {
                let quick = try #require(ListPage<Service>.read(document))
                let careful = try JSONDecoder().decode(ListPage<Service>.self, from: Data(document))
                #expect(quick.items == careful.items)
                #expect(quick.metadata == careful.metadata)
                count += 1
            }
        }
        #expect(count > 0)
    }

    @Test("documents that were changed anywhere read alike, or are left to the general decoder", arguments: 0..<40)
    func changed(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "null", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-1", "1.5", "1e3", "true", "\u{7F}", "é", "\\u00e9",
            " ",
        ]
        let documents = try ["15", "30"].flatMap(Self.documents).filter { $0.starts(with: #"{"kind":"Service","#.utf8) }
        let slices = try Self.documents("2b").filter { $0.starts(with: #"{"type":"ADDED""#.utf8) }
        for round in 0..<60 {
            var document = try #require((round % 3 == 0 ? slices : documents).randomElement(using: &random))
            for _ in 0...random.next() % 2 {
                let place = Int.random(in: 0..<document.count, using: &random)
                switch random.next() % 4 {
                case 0: document.remove(at: place)
                case 1: document[place] = UInt8.random(in: 0...255, using: &random)
                case 2: document.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: place)
                default: document.removeSubrange(place..<min(place + 12, document.count))
                }
            }
            // Whoever reads it, invalid octets count as U+FFFD where they matter.
            guard String(validating: document, as: UTF8.self) != nil else { continue }
            _ =
                round % 3 == 0
                ? try Self.same(WatchEvent<EndpointSlice>.self, document, mustBeQuick: false)
                : try Self.same(Service.self, document, mustBeQuick: false)
        }
    }

    @Test(
        "what is out of the ordinary is left to the general decoder",
        arguments: [
            "", "{", "[]", "{}", #"{"metadata":{}}x"#, #"{"metadata":{"name":1}}"#, #"{"metadata":null}"#,
            #"{"metadata":{"name":"\ud83d\ude00"}}"#, #"{"metadata":{"labels":{"a":null}}}"#,
            #"{"metadata":{},"spec":{"ports":[{"port":65536}]}}"#, #"{"metadata":{},"spec":{"ports":[{"port":1.0}]}}"#,
            #"{"metadata":{},"spec":{"ports":[{"name":"x"}]}}"#, #"{"metadata":{},"spec":{"ports":[01]}}"#,
            #"{"metadata":{"creationTimestamp":"yesterday"}}"#, "{\"metadata\":{\"name\":\"a\nb\"}}",
            #"{"metadata":{},"x":"\q"}"#, #"{"metadata":{},"x":tru}"#, #"{"metadata":{},}"#, #"{"metadata":{} "x":1}"#,
            #"{"metadata":{},"x":\#(String(repeating: "[", count: 100_000))}"#,
        ])
    func unusual(text: String) {
        #expect(Service.read(Array(text.utf8)) == nil)
    }

    @Test("octets that are no text are never read by hand where they matter")
    func invalidText() {
        let octets = Array(#"{"metadata":{"name":"a"#.utf8) + [0xFF] + Array(#""}}"#.utf8)
        #expect(Service.read(octets) == nil)
    }

    @Test("escapes, and members that are null or unknown")
    func escapes() throws {
        let text = #"""
            {"kind":null,"metadata":{"name":"a\"\\\/\b\f\n\r\té\u00e9","labels":null,"more":[1,{"a":[]},"\u0000",-1.5e+3]},
            "spec":{"ports":[],"type":null}, "status" : {"loadBalancer":{"ingress":null},"conditions":[ ]} }
            """#
        #expect(try Self.same(Service.self, Array(text.utf8), mustBeQuick: true))
    }
}
