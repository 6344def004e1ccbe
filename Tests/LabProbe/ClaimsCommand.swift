import AddressResolution
import Glibc
import Lab
import NetworkTypes
import PacketLoop

/// `claims`: asks for addresses one after the other and prints who says to have them, until SIGTERM.
///
/// A line for each address when it is first claimed, and whenever another station claims it: the time in nanoseconds on
/// the lab's clock, the address, and the station. Questions about an address, which claim nothing, are not printed, nor
/// what the kernel of this host asks for itself.
struct ClaimsCommand {
    private let arp: PacketSocket
    private let ndp: PacketSocket
    private let questions: [(frame: [UInt8], isIPv4: Bool)]
    private let watched: Set<IPAddress>
    private let pause: Duration
    private var next = 0
    private var holders: [IPAddress: MACAddress] = [:]

    init(_ arguments: Arguments) throws {
        let targets = try arguments.addresses()
        let index = unsafe if_nametoindex(arguments.text("--interface") ?? "")
        guard index > 0 else { throw ProbeError.usage("--interface names none of this host") }
        guard let mac = arguments.text("--mac").flatMap({ MACAddress($0) }),
            let ipv4 = arguments.text("--from").flatMap({ IPAddress($0) }),
            let ipv6 = arguments.text("--from6").flatMap({ IPAddress($0) })
        else { throw ProbeError.usage("--from and --from6 are the addresses that ask, --mac that of their interface") }
        questions = targets.compactMap { target in
            switch target.family {
            case .ipv4:
                ARPPacket.request(for: target, from: ipv4, at: mac).map { ($0.frame(to: .broadcast), true) }
            case .ipv6:
                NeighborPacket.solicitation(for: target, from: ipv6, at: mac).map { ($0.frame(from: mac), false) }
            }
        }
        watched = Set(targets)
        pause = .microseconds(try arguments.number("--interval-us", 100...1_000_000, default: 2000))
        arp = try PacketSocket(interface: index, etherType: .arp, filter: .arp)
        ndp = try PacketSocket(interface: index, etherType: .ipv6)
        try ndp.acceptAllMulticast()
        for socket in [arp, ndp] {
            var size: Int32 = 4 << 20
            _ = unsafe setsockopt(
                socket.descriptor.number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    mutating func run() throws {
        StopSignal.watch()
        StandardStream.errors.write("listening\n")
        while !StopSignal.wasGiven {
            let question = questions[next]
            _ = try? (question.isIPv4 ? arp : ndp).send(question.frame)
            next = (next + 1) % questions.count
            LabClock.sleep(for: pause)
            try receive(from: arp)
            try receive(from: ndp)
        }
    }

    private mutating func receive(from socket: PacketSocket) throws {
        while true {
            let frames = try socket.receive()
            guard !frames.isEmpty else { return }
            for frame in frames {
                guard let frame = try? ResolutionFrame(decoding: frame[...]) else { continue }
                if case .neighbor(let packet) = frame.content, case .solicitation = packet.message { continue }
                let now = LabClock.now
                let claim = frame.claim(at: now)
                guard claim.kind == .use, watched.contains(claim.address),
                    holders.updateValue(claim.hardwareAddress, forKey: claim.address) != claim.hardwareAddress
                else { continue }
                StandardStream.output.write("\(now.nanoseconds) \(claim.address) \(claim.hardwareAddress)\n")
            }
        }
    }
}
