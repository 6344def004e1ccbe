import NetworkTypes
import Testing

@testable import AddressResolution

@Suite("Addresses by deadline")
struct DeadlineHeapTests {
    @Test("any order of changes leaves the earliest first", arguments: 0..<50 as Range<UInt64>)
    func matchesSorting(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var heap = DeadlineHeap()
        var model: [IPAddress: Int64] = [:]
        let pool = addresses(40)
        for _ in 0..<500 {
            guard let address = pool.randomElement(using: &random) else { continue }
            if Int.random(in: 0..<3, using: &random) == 0 {
                heap.remove(address)
                model[address] = nil
            } else {
                let time = Int64.random(in: 0..<100, using: &random)
                heap.set(address, at: milliseconds(time))
                model[address] = time
            }
            #expect(pool.allSatisfy { heap.contains($0) == (model[$0] != nil) })
            #expect(heap.first?.time == model.values.min().map(milliseconds))
        }
        var drained: [MonotonicTime] = []
        while let entry = heap.popFirst(dueBy: milliseconds(100)) {
            #expect(model.removeValue(forKey: entry.address).map(milliseconds) == entry.time)
            drained.append(entry.time)
        }
        #expect(model.isEmpty)
        #expect(drained == drained.sorted())
    }

    @Test("addresses due at one time come in the order they were put in")
    func keepsOrder() {
        var heap = DeadlineHeap()
        for address in addresses(100) { heap.set(address, at: milliseconds(5)) }
        #expect(heap.popFirst(dueBy: milliseconds(4)) == nil)
        let drained = (0..<100).compactMap { _ in heap.popFirst(dueBy: milliseconds(5))?.address }
        #expect(drained == addresses(100))
    }
}
