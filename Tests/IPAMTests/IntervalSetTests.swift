import NetworkTypes
import Testing

@testable import IPAM

@Suite struct IntervalSetTests {
    @Test("agrees with a plain set", arguments: 0..<200 as Range<UInt64>)
    func agreesWithModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let last = UInt128.random(in: 0...60, using: &random)
        var set = IntervalSet()
        var model: Set<UInt128> = []
        for _ in 0..<60 {
            let number = UInt128.random(in: 0...last, using: &random)
            if random.chance(60) {
                #expect(set.insert(number) == model.insert(number).inserted)
            } else {
                #expect(set.remove(number) == (model.remove(number) != nil))
            }
            let probe = UInt128.random(in: 0...last, using: &random)
            #expect(set.contains(probe) == model.contains(probe))
            #expect(set.firstAbsent(from: probe, through: last) == (probe...last).first { !model.contains($0) })
            #expect(set.lastAbsent(from: probe) == (0...probe).last { !model.contains($0) })
            #expect(set.count == UInt128(model.count))
        }
        let absent = set.absent(in: 0...last).flatMap { Array($0) }
        #expect(absent == (0...last).filter { !model.contains($0) })
    }

    @Test("stays right when chunks are split and joined", arguments: 0..<20 as Range<UInt64>)
    func manyIntervals(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var set = IntervalSet()
        let even = (0..<2000 as Range<UInt128>).map { $0 * 2 }.shuffled(using: &random)
        for number in even { set.insert(number) }
        #expect(set.firstAbsent(from: 0, through: .max) == 1)
        #expect(set.absent(in: 0...3999).count == 2000)
        for number in even.dropFirst(10) { set.remove(number) }
        #expect(set.count == 10)
        for number in even { set.insert(number) }
        for number in even { set.insert(number + 1) }
        #expect(set.absent(in: 0...4000) == [4000...4000])
        #expect(set.lastAbsent(from: 3999) == nil)
    }

    @Test("knows the ends of 128 bits")
    func ends() {
        var set = IntervalSet()
        set.insert(absent: 0...UInt128.max)
        #expect(set.firstAbsent(from: 0, through: .max) == nil)
        #expect(set.lastAbsent(from: .max) == nil)
        #expect(set.absent(in: 0...UInt128.max).isEmpty)
        set.remove(.max)
        set.remove(0)
        #expect(set.firstAbsent(from: 1, through: .max) == .max)
        #expect(set.lastAbsent(from: .max - 1) == 0)
        #expect(set.absent(in: 0...UInt128.max) == [0...0, UInt128.max...UInt128.max])
        set.insert(.max)
        set.insert(0)
        #expect(set.absent(in: 0...UInt128.max).isEmpty)
    }
}
