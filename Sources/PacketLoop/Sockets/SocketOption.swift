internal import CLinux
internal import Glibc
internal import NetworkTypes

/// An option of a socket, with the name that its errors bear.
struct SocketOption {
    let level: Int32
    let number: Int32
    let name: String

    init(_ level: some BinaryInteger, _ number: Int32, _ name: String) {
        self.level = Int32(truncatingIfNeeded: level)
        self.number = number
        self.name = name
    }

    static let error = SocketOption(SOL_SOCKET, SO_ERROR, "SO_ERROR")
    static let reuseAddress = SocketOption(SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR")
    static let bindToDevice = SocketOption(SOL_SOCKET, SO_BINDTODEVICE, "SO_BINDTODEVICE")
    static let receiveBuffer = SocketOption(SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF")
    static let receiveBufferBeyondLimit = SocketOption(SOL_SOCKET, SO_RCVBUFFORCE, "SO_RCVBUFFORCE")
    static let attachFilter = SocketOption(SOL_SOCKET, SO_ATTACH_FILTER, "SO_ATTACH_FILTER")
    static let linger = SocketOption(SOL_SOCKET, SO_LINGER, "SO_LINGER")

    static let ipv6Only = SocketOption(IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY")
    static let joinGroup = SocketOption(IPPROTO_IPV6, IPV6_JOIN_GROUP, "IPV6_JOIN_GROUP")
    static let leaveGroup = SocketOption(IPPROTO_IPV6, IPV6_LEAVE_GROUP, "IPV6_LEAVE_GROUP")
    static let portWithConnection = SocketOption(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, "IP_BIND_ADDRESS_NO_PORT")

    static let noDelay = SocketOption(IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY")
    static let userTimeout = SocketOption(IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT")
    static let saveFirstSegment = SocketOption(IPPROTO_TCP, TCP_SAVE_SYN, "TCP_SAVE_SYN")
    static let savedFirstSegment = SocketOption(IPPROTO_TCP, TCP_SAVED_SYN, "TCP_SAVED_SYN")
    static let md5KeyOfBlock = SocketOption(IPPROTO_TCP, TCP_MD5SIG_EXT, "TCP_MD5SIG_EXT")

    static let auxiliaryData = SocketOption(SOL_PACKET, PACKET_AUXDATA, "PACKET_AUXDATA")
    static let ignoreOutgoing = SocketOption(SOL_PACKET, PACKET_IGNORE_OUTGOING, "PACKET_IGNORE_OUTGOING")
    static let packetMembership = SocketOption(SOL_PACKET, PACKET_ADD_MEMBERSHIP, "PACKET_ADD_MEMBERSHIP")

    static func hopLimit(_ family: AddressFamily) -> SocketOption {
        switch family {
        case .ipv4: SocketOption(IPPROTO_IP, IP_TTL, "IP_TTL")
        case .ipv6: SocketOption(IPPROTO_IPV6, IPV6_UNICAST_HOPS, "IPV6_UNICAST_HOPS")
        }
    }

    static func minimumHopLimit(_ family: AddressFamily) -> SocketOption {
        switch family {
        case .ipv4: SocketOption(IPPROTO_IP, IP_MINTTL, "IP_MINTTL")
        case .ipv6: SocketOption(IPPROTO_IPV6, IPV6_MINHOPCOUNT, "IPV6_MINHOPCOUNT")
        }
    }

    static func trafficClass(_ family: AddressFamily) -> SocketOption {
        switch family {
        case .ipv4: SocketOption(IPPROTO_IP, IP_TOS, "IP_TOS")
        case .ipv6: SocketOption(IPPROTO_IPV6, IPV6_TCLASS, "IPV6_TCLASS")
        }
    }

    static func reportHopLimit(_ family: AddressFamily) -> SocketOption {
        switch family {
        case .ipv4: SocketOption(IPPROTO_IP, IP_RECVTTL, "IP_RECVTTL")
        case .ipv6: SocketOption(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, "IPV6_RECVHOPLIMIT")
        }
    }

    static func reportInterface(_ family: AddressFamily) -> SocketOption {
        switch family {
        case .ipv4: SocketOption(IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO")
        case .ipv6: SocketOption(IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO")
        }
    }
}
