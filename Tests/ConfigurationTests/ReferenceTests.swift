import Configuration
import Testing

struct ReferenceTests {
    @Test("the reference lists every key once, with type, default and a sentence")
    func entries() throws {
        let reference = Configuration.reference
        #expect(Set(reference.map(\.path)).count == reference.count)
        #expect(reference.allSatisfy { !$0.type.isEmpty && $0.documentation.hasSuffix(".") })
        let entries = Dictionary(uniqueKeysWithValues: reference.map { ($0.path, $0) })
        let lifetime = try #require(entries["arp.lifetime"])
        #expect(lifetime.type == "duration")
        #expect(lifetime.default == "5s")
        #expect(try #require(entries["pools[].addresses"]).isRequired)
        #expect(entries["pools[].order"]?.type == "one of ascending, descending, hashed")
        #expect(entries["pools[].order"]?.default == "ascending")
        #expect(entries["mode"]?.default == nil)
        #expect(entries["operations.socket"]?.type == "absolute path")
        #expect(entries["source"]?.default == "{kubernetes: {}}")
        #expect(entries["source.directory.path"]?.isRequired == true)
        #expect(entries["services.loadBalancerClass"]?.default == "herald-lb.io/herald")
    }

    @Test("every default of the reference can be written out and changes nothing")
    func defaults() throws {
        let smallest = try Configuration.parse(Array(Fixture.smallest.utf8), file: "f").configuration
        for entry in Configuration.reference where !entry.path.contains("[]") && !entry.path.hasPrefix("source.") {
            guard let value = entry.default else { continue }
            // `arp.lifetime` with the default 5s becomes `arp: {lifetime: 5s}`.
            let keys = entry.path.split(separator: ".")
            let line = keys.joined(separator: ": {") + ": \(value)" + String(repeating: "}", count: keys.count - 1)
            let parsed = try Configuration.parse(Array((Fixture.smallest + line).utf8), file: "f")
            #expect(parsed.configuration == smallest, "\(line)")
        }
    }
}
