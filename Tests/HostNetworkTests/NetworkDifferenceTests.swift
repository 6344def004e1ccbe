import NetworkTypes
import Testing

@testable import HostNetwork
@testable import Netlink

@Suite("Difference of two states")
struct NetworkDifferenceTests {
    private static let link = Link(index: LinkIndex(2), name: "eth0", flags: .up)
    private static let own = InterfaceAddress.test(1, isOurs: true)
    private static let host = InterfaceAddress.test(2, isOurs: false)

    private func state(_ addresses: InterfaceAddress...) -> NetworkState {
        var state = NetworkState()
        state.apply(.link(Self.link))
        for address in addresses { state.apply(.address(address)) }
        return state
    }

    private func difference(_ before: NetworkState?, _ changes: NetlinkChange...) -> NetworkDifference {
        var after = before ?? NetworkState()
        for change in changes { after.apply(change) }
        return NetworkDifference(from: before, to: after, by: changes)
    }

    @Test("an address of ours that is removed is lost, one of the host is not")
    func removed() {
        let before = state(Self.own, Self.host)
        let ours = difference(before, .addressRemoved(Self.own))
        #expect(ours.lostOwn == [Self.own.address] && !ours.concernsHost)
        let others = difference(before, .addressRemoved(Self.host))
        #expect(others.lostOwn == [] && others.concernsHost)
    }

    @Test("one that is back at the end of the batch is not lost, one that came and went in it is")
    func withinBatch() {
        let back = difference(state(Self.own), .addressRemoved(Self.own), .address(Self.own))
        #expect(back.lostOwn == [])
        let brief = difference(state(), .address(Self.own), .addressRemoved(Self.own))
        #expect(brief.lostOwn == [Self.own.address])
    }

    @Test("one that lost our mark is lost, and is the host's now")
    func mark() {
        let taken = difference(state(Self.own), .address(.test(1, isOurs: false)))
        #expect(taken.lostOwn == [Self.own.address] && taken.concernsHost)
    }

    @Test("with its link, or without a notice, an address is lost all the same")
    func silently() {
        #expect(difference(state(Self.own), .linkRemoved(Self.link)).lostOwn == [Self.own.address])
        #expect(difference(state(Self.own), .resynchronised(state(Self.host))).lostOwn == [Self.own.address])
        #expect(difference(state(Self.own), .resynchronised(state(Self.own))).lostOwn == [])
    }

    @Test("the first state concerns the host and has lost nothing")
    func first() {
        let first = difference(nil, .resynchronised(state(Self.own, Self.host)))
        #expect(first.lostOwn == [] && first.concernsHost)
    }
}

extension InterfaceAddress {
    fileprivate static func test(_ number: Int, isOurs: Bool) -> InterfaceAddress {
        InterfaceAddress(
            key: .test(number, on: LinkIndex(2)), label: nil, scope: .universe, flags: [], lifetime: .forever,
            provenance: isOurs ? AddressMark.provenance : nil, routePriority: isOurs ? AddressMark.routePriority : nil)
    }
}
