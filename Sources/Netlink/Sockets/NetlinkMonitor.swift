import CNetlink
import Glibc

/// Tells what changes in the network namespace of the thread that made it.
///
/// Owned by one loop: wait until `fileDescriptor` is readable, then call `receive`. Nothing here blocks, and each call
/// does a bounded piece of work, the reading of everything after a loss included. The first change is
/// `.resynchronised`; subscription comes before the reading, so that nothing is missed between the two.
///
/// Dumps come through the socket of the notices, in one queue: see `Synchronisation`.
public final class NetlinkMonitor {
    /// Readable when there is something to receive; level-triggered, and valid as long as the monitor is.
    public var fileDescriptor: Int32 { socket.fileDescriptor }
    /// What is known now. Lags behind the kernel while `isCurrent` is false.
    public var state: NetworkState { synchronisation.state }
    /// Whether everything has been read and no loss is being made up for.
    public var isCurrent: Bool { synchronisation.isCurrent }
    /// Times that the kernel had no room for a notice.
    public private(set) var overruns = 0
    /// Messages that made no sense and were left out.
    public private(set) var malformedMessages = 0
    /// Datagrams received.
    public private(set) var datagrams = 0

    /// A call stops after so many datagrams …
    private static let datagramsPerCall = 64
    /// … or octets, which is one part of a dump: some 350 addresses.
    private static let octetsPerCall = 32_768
    /// A table that cannot be read is tried so often in a row.
    private static let dumpAttempts = 5

    private let socket: NetlinkSocket
    private var synchronisation: Synchronisation
    private var buffer = [UInt8](repeating: 0, count: NetlinkSocket.datagramLimit)
    private var sequence: UInt32 = 0
    private var tableInWork = NetworkTable.links
    /// To be asked for once the queue is empty, so that answers find room in it.
    private var owedTable: NetworkTable?
    private var isInterrupted = false
    private var failures = 0

    /// Subscribes and asks for everything.
    ///
    /// `receiveBuffer` is in octets; a notice needs about 1 KiB of it, a link's 2 KiB. Without CAP_NET_ADMIN the system's
    /// `net.core.rmem_max` limits it.
    public init(receiveBuffer: Int = 2 << 20) throws(NetlinkError) {
        socket = try NetlinkSocket(receiveBuffer: receiveBuffer)
        synchronisation = Synchronisation(tables: NetworkTable.allCases)
        // Without the filter the notices of refreshes arrive and are dropped by `NetworkState.apply`.
        try? socket.attach(NoticeFilter.program)
        for group in NetworkTable.allCases.flatMap(\.groups) { try socket.join(group: Int32(group.rawValue)) }
        try request(.links)
    }

    /// Takes in what has arrived and returns what is different now, in order.
    ///
    /// Work may be left over; the descriptor then stays readable. Throws only when the socket has failed for good: make
    /// a new monitor then.
    public func receive() throws(NetlinkError) -> [NetlinkChange] {
        var changes: [NetlinkChange] = []
        var octets = 0
        var datagramsLeft = Self.datagramsPerCall
        var isEmpty = false
        while !isEmpty, datagramsLeft > 0, octets < Self.octetsPerCall {
            datagramsLeft -= 1
            switch try socket.receive(into: &buffer) {
            case .nothing: isEmpty = true
            case .overrun: lost(&changes)
            case .datagram(let count):
                octets += count
                datagrams += 1
                try takeIn(count, &changes)
            }
        }
        // The answer makes the descriptor readable again.
        if let table = owedTable, isEmpty || !socket.wait(atMost: .zero) { try request(table) }
        return changes
    }

    private func lost(_ changes: inout [NetlinkChange]) {
        overruns += 1
        if let step = synchronisation.lost() { perform(step, &changes) }
    }

    private func takeIn(_ count: Int, _ changes: inout [NetlinkChange]) throws(NetlinkError) {
        var ended: Result<Bool, NetlinkError>?
        var wasOverrun = false
        malformedMessages += NetlinkMessage.forEach(in: NativeReader(buffer, count: count)) { header, content in
            if header.flags.contains([.multipart, .dumpInterrupted]) { isInterrupted = true }
            switch content {
            case .change(let change):
                if let change = synchronisation.take(change) { changes.append(change) }
            case .done(let number) where header.sequence == sequence:
                ended = number == 0 ? .success(!isInterrupted) : .failure(readingFailed(-number))
            case .answer(let answer) where header.sequence == sequence && answer.errorNumber == ENOBUFS:
                // There was no room for the first part yet; the dump goes on as room is made.
                break
            case .answer(let answer) where header.sequence == sequence && answer.errorNumber != 0:
                ended = .failure(readingFailed(answer.errorNumber, answer.text))
            case .overrun: wasOverrun = true
            case .done, .answer, .irrelevant: break
            }
        }
        if wasOverrun { lost(&changes) }
        if let ended { try dumpEnded(ended, &changes) }
    }

    private func dumpEnded(
        _ outcome: Result<Bool, NetlinkError>, _ changes: inout [NetlinkChange]
    ) throws(NetlinkError) {
        switch outcome {
        case .success(let isWhole):
            failures = 0
            for step in synchronisation.dumpEnded(isWhole: isWhole) { perform(step, &changes) }
        case .failure(let error):
            failures += 1
            guard failures < Self.dumpAttempts else { throw error }
            owedTable = tableInWork
        }
    }

    private func readingFailed(_ number: Int32, _ text: String? = nil) -> NetlinkError {
        NetlinkError("reading \(tableInWork)", errorNumber: number, kernelText: text)
    }

    private func perform(_ step: Synchronisation.Step, _ changes: inout [NetlinkChange]) {
        switch step {
        case .request(let table): owedTable = table
        case .report(let change): changes.append(change)
        }
    }

    private func request(_ table: NetworkTable) throws(NetlinkError) {
        sequence &+= 1
        tableInWork = table
        owedTable = nil
        isInterrupted = false
        synchronisation.requested()
        try socket.send(table.dump(sequence: sequence), request: "reading \(table)")
    }
}

extension NetworkTable {
    fileprivate var groups: [rtnetlink_groups] {
        switch self {
        case .links: [RTNLGRP_LINK]
        case .addresses: [RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR]
        }
    }

    /// The request for all of the table.
    func dump(sequence: UInt32) -> [UInt8] {
        switch self {
        case .links: LinkMessage.dump(sequence: sequence)
        case .addresses: AddressMessage.dump(sequence: sequence)
        }
    }
}
