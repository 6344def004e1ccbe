import IPAM
import NetworkTypes

/// What one allocation costs in a /16, in nanoseconds, by how full it is.
///
/// The pool is filled to the last address and then thinned out at random, so that what is free lies scattered.
struct AllocationBenchmark {
    private static let runs = 15
    private static let allocations = 256
    private static let start = MonotonicTime.zero

    func figures() -> [Figure] {
        [Pool.Order.ascending, .hashed].flatMap { order in
            let full = Self.full(order)
            return [1, 50, 99].map { percent in
                Figure(
                    "IPAM: an allocation, \(order.rawValue), /16 \(percent) % full", "ns",
                    Self.samples(full, percent: percent))
            }
        }
    }

    private static func full(_ order: Pool.Order) -> AddressLedger {
        var pool = Pool(name: "edge", ranges: CIDR("10.0.0.0/16").map { [$0.range] } ?? [])
        pool.order = order
        var ledger = AddressLedger()
        _ = ledger.configure(pools: [pool])
        for number in 0..<65_536 { _ = ledger.allocate(AddressRequest(service: key("old", number)), at: start) }
        return ledger
    }

    private static func samples(_ full: AddressLedger, percent: Int) -> [Double] {
        var ledger = full
        var generator = SeededGenerator(seed: 1)
        let gone = (0..<65_536).shuffled(using: &generator).prefix(65_536 * (100 - percent) / 100)
        for number in gone { ledger.release(key("old", number), at: start) }
        return (0..<runs).map { run in
            let requests = (0..<allocations).map { AddressRequest(service: key("run-\(run)", $0)) }
            let time = Samples.nanoseconds {
                for request in requests { _ = ledger.allocate(request, at: start) }
            }
            for request in requests { ledger.release(request.service, at: start) }
            return time / Double(allocations)
        }
    }

    private static func key(_ namespace: String, _ number: Int) -> ServiceKey {
        ServiceKey(namespace: namespace, name: "service-\(number)")
    }
}
