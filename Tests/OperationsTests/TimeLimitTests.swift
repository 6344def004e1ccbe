import Operations
import Testing

@Suite("Waiting with a limit")
struct TimeLimitTests {
    @Test("what comes in time is returned, and what does not is not waited for", .timeLimit(.minutes(1)))
    func limit() async {
        #expect(await TimeLimit.value(within: .seconds(50)) { 7 } == 7)
        let (stuck, end) = AsyncStream.makeStream(of: Void.self)
        let value = await TimeLimit.value(within: .seconds(1)) {
            for await _ in stuck {}
            return 7
        }
        #expect(value == nil)
        end.finish()
    }
}
