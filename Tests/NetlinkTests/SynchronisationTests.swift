import Testing

@testable import Netlink

@Suite("Synchronisation")
struct SynchronisationTests {
    private let eth0 = Link(index: LinkIndex(2), name: "eth0")
    private let eth1 = Link(index: LinkIndex(3), name: "eth1")

    private func begun() -> Synchronisation {
        var synchronisation = Synchronisation(tables: [.links, .addresses])
        synchronisation.requested()
        return synchronisation
    }

    private func state(_ links: Link...) -> NetworkState {
        var state = NetworkState()
        for link in links { state.apply(.link(link)) }
        return state
    }

    @Test("nothing is reported before everything is read, and then all at once")
    func start() {
        var synchronisation = Synchronisation(tables: [.links, .addresses])
        synchronisation.requested()
        #expect(synchronisation.take(.link(eth0)) == nil)
        #expect(synchronisation.dumpEnded(isWhole: true) == [.request(.addresses)])
        #expect(!synchronisation.isCurrent)
        #expect(synchronisation.dumpEnded(isWhole: true) == [.report(.resynchronised(state(eth0)))])
        #expect(synchronisation.isCurrent)
    }

    @Test("a notice that comes while reading is part of what is read")
    func noticeWhileReading() {
        var synchronisation = begun()
        _ = synchronisation.take(.link(eth0))
        _ = synchronisation.dumpEnded(isWhole: true)
        _ = synchronisation.take(.linkRemoved(eth0))
        _ = synchronisation.take(.link(eth1))
        #expect(synchronisation.dumpEnded(isWhole: true) == [.report(.resynchronised(state(eth1)))])
    }

    @Test("a change is reported once")
    func changes() {
        var synchronisation = begun()
        _ = synchronisation.dumpEnded(isWhole: true)
        _ = synchronisation.dumpEnded(isWhole: true)
        #expect(synchronisation.take(.link(eth0)) == .link(eth0))
        #expect(synchronisation.take(.link(eth0)) == nil)
    }

    @Test("a loss has everything read again, and what went meanwhile is gone")
    func loss() {
        var synchronisation = begun()
        _ = synchronisation.take(.link(eth0))
        _ = synchronisation.dumpEnded(isWhole: true)
        _ = synchronisation.dumpEnded(isWhole: true)
        #expect(synchronisation.lost() == .request(.links))
        let eth2 = Link(index: LinkIndex(4), name: "eth2")
        #expect(synchronisation.take(.link(eth2)) == .link(eth2), "from before the loss")
        #expect(!synchronisation.isCurrent)
        #expect(synchronisation.lost() == nil)
        synchronisation.requested()
        #expect(synchronisation.take(.link(eth1)) == nil)
        #expect(
            synchronisation.state == state(eth0, eth2), "the last known state stays until the new one is whole")
        _ = synchronisation.dumpEnded(isWhole: true)
        #expect(synchronisation.dumpEnded(isWhole: true) == [.report(.resynchronised(state(eth1)))])
    }

    @Test("a loss while reading begins again after the dump under way")
    func lossWhileReading() {
        var synchronisation = begun()
        _ = synchronisation.take(.link(eth0))
        #expect(synchronisation.lost() == nil)
        #expect(synchronisation.dumpEnded(isWhole: true) == [.request(.links)])
        synchronisation.requested()
        _ = synchronisation.take(.link(eth1))
        _ = synchronisation.dumpEnded(isWhole: true)
        #expect(synchronisation.dumpEnded(isWhole: true) == [.report(.resynchronised(state(eth1)))])
    }

    @Test("an interrupted dump is repeated")
    func interrupted() {
        var synchronisation = begun()
        #expect(synchronisation.dumpEnded(isWhole: false) == [.request(.links)])
        #expect(synchronisation.dumpEnded(isWhole: true) == [.request(.addresses)])
        #expect(synchronisation.dumpEnded(isWhole: false) == [.request(.addresses)])
        #expect(synchronisation.dumpEnded(isWhole: true) == [.report(.resynchronised(NetworkState()))])
    }

    @Test("a table that never stands still is reported as it is and read again")
    func neverStill() {
        var synchronisation = begun()
        for _ in 1..<Synchronisation.patience {
            #expect(synchronisation.dumpEnded(isWhole: false) == [.request(.links)])
        }
        #expect(synchronisation.dumpEnded(isWhole: false) == [.request(.addresses)])
        #expect(
            synchronisation.dumpEnded(isWhole: true)
                == [.report(.resynchronised(NetworkState())), .request(.links)])
    }
}
