import AddressResolution
import FoundationEssentials
import Glibc
import Lab
import NetworkTypes
import PacketLoop

/// `arp`: asks for addresses at a fixed rate, listens for announcements, and prints an `ARPReport` on SIGTERM.
///
/// Frames go past the kernel's neighbour cache, so that each question is a frame and each answer is seen.
struct ARPCommand {
    private let socket: PacketSocket
    private let interval: Int64
    private let asking: ARPProbe.Asking
    private let address: IPAddress
    private let mac: MACAddress
    private let questions: [[UInt8]]
    private let positions: [IPAddress: Int]
    private var report: ARPReport
    /// All before it have answered.
    private var next = 0

    init(_ arguments: Arguments) throws {
        let targets = try arguments.addresses()
        let name = arguments.text("--interface") ?? ""
        let index = unsafe if_nametoindex(name)
        guard index > 0 else { throw ProbeError.usage("--interface names none of this host") }
        guard let address = arguments.text("--from").flatMap({ IPAddress($0) }), address.family == .ipv4,
            let mac = arguments.text("--mac").flatMap({ MACAddress($0) })
        else { throw ProbeError.usage("--from is the IPv4 address that asks, --mac that of its interface") }
        guard let asking = ARPProbe.Asking(rawValue: arguments.text("--ask") ?? "all") else {
            throw ProbeError.usage("--ask is all, next or nothing")
        }
        (self.address, self.mac, self.asking) = (address, mac, asking)
        interval = Int64(try arguments.number("--interval-us", 100...60_000_000, default: 1000)) * 1000
        questions = targets.compactMap {
            ARPPacket.request(for: $0, from: address, at: mac)?.frame(to: .broadcast)
        }
        guard questions.count == targets.count else { throw ProbeError.usage("--to is an IPv4 address") }
        positions = Dictionary(zip(targets, targets.indices)) { first, _ in first }
        report = ARPReport(addresses: targets)
        socket = try PacketSocket(interface: index, etherType: .arp, filter: .arp)
        var size: Int32 = 4 << 20
        _ = unsafe setsockopt(
            socket.descriptor.number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    mutating func run() throws {
        Urgency.claim()
        StopSignal.watch()
        StandardStream.errors.write("listening\n")
        var due = LabClock.now
        while !StopSignal.wasGiven {
            let now = LabClock.now
            if asking != .nothing, due <= now {
                ask()
                // After a long delay of this process no burst to catch up.
                due = max(due.advanced(by: .nanoseconds(interval)), now)
            }
            if wait(until: asking == .nothing ? now.advanced(by: .milliseconds(20)) : due) { try receive() }
        }
        StandardStream.output.write(String(decoding: try JSONEncoder().encode(report), as: UTF8.self) + "\n")
    }

    private mutating func ask() {
        switch asking {
        case .all: for question in questions { send(question) }
        case .next: if next < questions.count { send(questions[next]) }
        case .nothing: break
        }
    }

    private mutating func send(_ question: [UInt8]) {
        _ = try? socket.send(question)
        report.questions += 1
    }

    /// Whether frames have come. `poll` would count in whole milliseconds.
    private func wait(until time: MonotonicTime) -> Bool {
        let left = min(max(LabClock.now.duration(to: time).wholeNanoseconds, 0), 20_000_000)
        var limit = timespec(tv_sec: 0, tv_nsec: Int(left))
        let number = Int(socket.descriptor.number)
        var waited = fd_set()
        unsafe withUnsafeMutableBytes(of: &waited) { unsafe $0[number / 8] |= 1 << UInt8(number % 8) }
        return unsafe pselect(Int32(number) + 1, &waited, nil, nil, &limit, nil) > 0
    }

    private mutating func receive() throws {
        let frames = try socket.receive()
        let now = LabClock.now.nanoseconds
        for frame in frames {
            guard let frame = try? ResolutionFrame(decoding: frame[...]), case .arp(let packet) = frame.content,
                let position = positions[packet.senderAddress]
            else { continue }
            if packet.senderAddress == packet.targetAddress {
                report.targets[position].noteAnnouncement(at: now)
            } else if packet.operation == .reply, packet.targetHardware == mac {
                report.targets[position].noteAnswer(at: now)
            }
        }
        while next < questions.count, report.targets[next].answers > 0 { next += 1 }
    }
}

extension ARPReport.Target {
    fileprivate mutating func noteAnnouncement(at time: Int64) {
        firstAnnounced = firstAnnounced ?? time
        announcements += 1
    }

    fileprivate mutating func noteAnswer(at time: Int64) {
        firstAnswered = firstAnswered ?? time
        lastAnswered = time
        answers += 1
    }
}
