import NetworkTypes

@testable import Membership

extension FuzzTarget {
    /// What members tell each other: datagrams, and what several of them carry together.
    static let heartbeats = [heartbeat, nodeState, nodeRecords]

    /// Two datagrams to a member in the midst of a conversation, sealed as those of a friend are, so that all of them is
    /// looked at; the first octet says when, the next two how long the first datagram is.
    private static let heartbeat = FuzzTarget("heartbeat", seeds: HeartbeatSeeds.datagrams) { octets in
        guard octets.count >= 3, Int(octets[0]) < HeartbeatSeeds.moments.count else { return }
        let moment = HeartbeatSeeds.moments[Int(octets[0])]
        let length = Int(octets[1]) << 8 | Int(octets[2])
        let rest = octets.dropFirst(3)
        var member = moment.member
        var now = moment.time
        for part in [rest.prefix(length), rest.dropFirst(length)] where !part.isEmpty {
            rewrite(part)
            var stranger = member
            _ = stranger.handle(.received(part), at: now)
            let isSealed = part.suffix(OpenSeal.length).allSatisfy { $0 == 0 }
            hold(stranger.lastSender == nil || isSealed, "nobody sent what is not sealed")
            let sealed = Array(part) + [UInt8](repeating: 0, count: OpenSeal.length)
            check(member.handle(.received(sealed[...]), at: now))
            now = now.advanced(by: .milliseconds(1))
        }
        for wait in [Duration.milliseconds(60), .milliseconds(500)] {
            now = now.advanced(by: wait)
            check(member.handle(.timePassed, at: now))
        }
        let status = member.status(at: now)
        hold(status.nodes.count <= Member.maximumPeers, "there is an end to nodes")
        _ = member.allocation
        _ = HeartbeatFormat.foreignVersion(of: rest)
    }

    /// What is behind magic, version, key and cluster is written as it was read.
    private static func rewrite(_ datagram: ArraySlice<UInt8>) {
        let body = datagram.dropFirst(8)
        var reader = ByteReader(body)
        guard let heartbeat = try? Heartbeat(from: &reader), reader.isAtEnd else { return }
        var writer = ByteWriter()
        heartbeat.encode(into: &writer)
        hold(writer.bytes.elementsEqual(body), "a heartbeat that was read is written alike")
    }

    private static func check(_ effects: [MemberEffect]) {
        let envelope = Envelope(cluster: 0, seal: OpenSeal())
        for case .send(let datagram, _) in effects {
            hold(datagram.count <= Envelope.maximumLength, "no datagram is fragmented")
            hold((try? envelope.open(datagram[...])) != nil, "what is sent can be read")
        }
    }

    private static let nodeState = FuzzTarget("node-state", seeds: HeartbeatSeeds.states) { octets in
        var reader = ByteReader(octets)
        guard let state = try? NodeState(from: &reader) else { return }
        var writer = ByteWriter()
        state.encode(into: &writer)
        var again = ByteReader(writer.bytes)
        hold((try? NodeState(from: &again)) == state && again.isAtEnd, "a state that was read is written alike")
    }

    private static let nodeRecords = FuzzTarget("node-records", seeds: HeartbeatSeeds.records) { octets in
        var reader = ByteReader(octets)
        guard let records = try? NodeRecords(from: &reader) else { return }
        hold(NodeRecords(records.sorted) == records, "what was read is in order and within bounds")
        var writer = ByteWriter()
        records.encode(into: &writer)
        hold(writer.count <= NodeRecords.maximumLength, "there is an end to records")
        var again = ByteReader(writer.bytes)
        hold((try? NodeRecords(from: &again)) == records && again.isAtEnd, "records that were read are written alike")
    }
}
