import PacketLoop

/// An actor that lives on a loop.
actor Resident {
    nonisolated let loop: PacketLoop
    private(set) var notes: [Int] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(on loop: PacketLoop) {
        self.loop = loop
    }

    var isOnLoop: Bool { loop.isCurrentThread }

    func note(_ number: Int) {
        notes.append(number)
    }

    /// Adds one to a number, by way of another actor and back, `count` times.
    func ask(_ other: Resident, count: Int) async -> Int {
        var total = 0
        for _ in 0..<count where loop.isCurrentThread {
            total += await other.one()
        }
        return total
    }

    func one() -> Int { loop.isCurrentThread ? 1 : 0 }

    func perform<Result: Sendable>(_ body: @Sendable () throws -> Result) rethrows -> Result { try body() }
}

/// Runs a test with a loop that is stopped afterwards.
func withLoop<Result>(
    _ name: String = #function, _ body: (PacketLoop) async throws -> Result
) async throws -> Result {
    let loop = try PacketLoop.start(name: name)
    defer { loop.stop() }
    return try await body(loop)
}
