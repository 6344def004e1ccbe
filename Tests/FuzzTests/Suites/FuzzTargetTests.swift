import Testing

@Suite("What make fuzz gives to decoders")
struct FuzzTargetTests {
    private static let mutants = 200

    @Test(
        "each decoder takes its seeds, nothing at all, and some of what is near them",
        arguments: FuzzTarget.all.map(\.name))
    func inputs(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        #expect(!target.seeds.isEmpty && !target.seeds.contains([]))
        for input in target.seeds + [[]] { target.run(input) }
        var mutator = Mutator(target.seeds, seed: 1)
        for _ in 0..<Self.mutants { target.run(mutator.next()) }
    }

    @Test("no two decoders have one name")
    func names() {
        #expect(Set(FuzzTarget.all.map(\.name)).count == FuzzTarget.all.count)
    }
}
