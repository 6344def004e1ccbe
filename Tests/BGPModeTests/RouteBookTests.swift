import HashTreeCollections
import LoadBalancing
import NetworkTypes
import Testing

@testable import BGPMode

@Suite("RouteBook")
struct RouteBookTests {
    private let here: NodeName = "here"
    private let now = MonotonicTime(nanoseconds: 1_000_000_000)
    private let one = IPAddress(ipv4: 0xC000_0201)

    private func set(_ candidates: Announcement.Candidates = .everyNode) -> AnnouncementSet {
        [Announcement(address: one, pool: "edge", candidates: candidates)]
    }

    private func routedBook() -> RouteBook {
        var book = RouteBook(node: here, isAttaching: true)
        let orders = book.want(set(), delay: .zero, at: now)
        for (address, ticket) in orders.attach { _ = book.attached(address, ticket: ticket, failure: nil) }
        return book
    }

    @Test("an address is attached before it is routed")
    func attachFirst() throws {
        var book = RouteBook(node: here, isAttaching: true)
        let orders = book.want(set(), delay: .zero, at: now)
        let ticket = try #require(orders.attach[one])
        #expect(orders.routes.isEmpty)
        #expect(book.isAwaitingKernel)
        #expect(!book.isRouted(one))
        #expect(book.attached(one, ticket: ticket, failure: nil).routes == [one])
        #expect(book.isRouted(one))
    }

    @Test("with attach: none it is routed at once")
    func noAttachment() {
        var book = RouteBook(node: here, isAttaching: false)
        let orders = book.want(set(), delay: .zero, at: now)
        #expect(orders.attach.isEmpty)
        #expect(orders.routes == [one])
    }

    @Test("an answer to an older request does not count")
    func oldTicket() throws {
        var book = RouteBook(node: here, isAttaching: true)
        let first = try #require(book.want(set(), delay: .zero, at: now).attach[one])
        _ = book.attachAgain(one)
        #expect(book.attached(one, ticket: first, failure: nil).routes.isEmpty)
        #expect(!book.isRouted(one))
    }

    @Test("what fails is not routed, and is tried again")
    func failure() throws {
        var book = RouteBook(node: here, isAttaching: true)
        let ticket = try #require(book.want(set(), delay: .zero, at: now).attach[one])
        _ = book.attached(one, ticket: ticket, failure: Obstacle(reason: "No", sentence: "no"))
        #expect(book.failed == [one])
        #expect(!book.isRouted(one))
        #expect(book.attachAgain(one).attach[one] != nil)
    }

    @Test("without an endpoint here an address is announced elsewhere; one that comes back in time is not withdrawn")
    func flap() {
        var book = routedBook()
        var orders = book.want(set(.nodes(["there"])), delay: .milliseconds(250), at: now)
        #expect(orders.routes.isEmpty)
        #expect(book.isRouted(one))
        #expect(book.nextExpiry == now.advanced(by: .milliseconds(250)))
        orders = book.want(set(.nodes(["here"])), delay: .milliseconds(250), at: now)
        #expect(orders.routes.isEmpty)
        #expect(book.nextExpiry == nil)
        _ = book.want(set(.nodes(["there"])), delay: .milliseconds(250), at: now)
        #expect(book.advance(to: now.advanced(by: .milliseconds(249))).routes.isEmpty)
        orders = book.advance(to: now.advanced(by: .milliseconds(250)))
        #expect(orders.routes == [one])
        #expect(orders.detach == [one])
        #expect(!book.isRouted(one))
        #expect(book.elsewhere == [one])
    }

    @Test("a node that may not announce drops everything at once, and takes it up again")
    func eligibility() {
        var book = routedBook()
        var orders = book.setEligible(false, at: now)
        #expect(orders.routes == [one])
        #expect(orders.detach == [one])
        orders = book.setEligible(true, at: now)
        #expect(orders.attach[one] != nil)
    }

    @Test("a repeated set changes nothing")
    func idempotent() {
        var book = routedBook()
        let orders = book.want(set(), delay: .zero, at: now)
        #expect(orders.attach.isEmpty && orders.detach.isEmpty && orders.routes.isEmpty)
    }

    @Test("an address that changes its pool is routed anew")
    func pool() {
        var book = routedBook()
        let orders = book.want([Announcement(address: one, pool: "other")], delay: .zero, at: now)
        #expect(orders.routes == [one])
        #expect(orders.detach.isEmpty)
        #expect(book.entries[one]?.pool == "other")
    }
}
