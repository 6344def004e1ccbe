import NetworkTypes
import Testing

@testable import BGPMode

@Suite("Choice of a neighbour")
struct NeighbourChoiceTests {
    private let one = IPAddress(ipv6: 0xFE80 << 112 | 1)
    private let other = IPAddress(ipv6: 0xFE80 << 112 | 2)

    private func time(_ seconds: Int64) -> MonotonicTime { .zero.advanced(by: .seconds(seconds)) }

    @Test("the first router that is heard is the peer; another one is ignored, and told of once")
    func first() {
        var choice = NeighbourChoice(nil, at: .zero)
        #expect(choice.hear(one, at: time(100)) == .found)
        #expect(choice.hear(one, at: time(130)) == .nothing)
        #expect(choice.hear(other, at: time(190)) == .ignored)
        #expect(choice.hear(other, at: time(190)) == .nothing)
        #expect(choice.router == one)
    }

    @Test("a router that says nothing for a while gives way to another")
    func silence() {
        var choice = NeighbourChoice(nil, at: .zero)
        #expect(choice.hear(one, at: time(100)) == .found)
        #expect(choice.hear(other, at: time(160)) == .ignored)
        #expect(choice.hear(other, at: time(161)) == .found)
        #expect(choice.router == other)
    }

    @Test("one that was found before the interface changed gives way as well when it is heard no more")
    func formerRouter() {
        var choice = NeighbourChoice(one, at: time(100))
        #expect(choice.hear(other, at: time(160)) == .ignored)
        #expect(choice.hear(other, at: time(161)) == .found)
        #expect(choice.router == other)
    }
}
