import Glibc

/// `echo`: returns UDP datagrams with a name added, from the address they were sent to.
struct EchoCommand {
    private let socket: Socket
    private let name: [UInt8]

    init(_ arguments: Arguments) throws(ProbeError) {
        socket = try Socket.bound(to: try arguments.port(), SOCK_DGRAM)
        // Without this an answer for a second address of the host would leave with the first as its source. On a
        // socket for both families it works for IPv4 too.
        try socket.set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
        try socket.set(SOL_SOCKET, SO_RCVBUF, 4 << 20)
        name = Array((arguments.text("--name") ?? "").utf8.prefix(64))
    }

    func run() throws(ProbeError) {
        Urgency.claim()
        StandardStream.errors.write("listening\n")
        while true { answerOne() }
    }

    private func answerOne() {
        var source = sockaddr_in6()
        var data = [UInt8](repeating: 0, count: 2048 + name.count)
        var control = [UInt64](repeating: 0, count: 16)
        unsafe withUnsafeMutablePointer(to: &source) { source in
            unsafe data.withUnsafeMutableBytes { data in
                unsafe control.withUnsafeMutableBytes { control in
                    unsafe exchange(source: source, data: data, control: control)
                }
            }
        }
    }

    private func exchange(
        source: UnsafeMutablePointer<sockaddr_in6>, data: UnsafeMutableRawBufferPointer,
        control: UnsafeMutableRawBufferPointer
    ) {
        var vector = unsafe iovec(iov_base: data.baseAddress, iov_len: 2048)
        unsafe withUnsafeMutablePointer(to: &vector) { vector in
            var header = unsafe msghdr()
            unsafe header.msg_name = UnsafeMutableRawPointer(source)
            unsafe header.msg_namelen = socklen_t(MemoryLayout<sockaddr_in6>.size)
            unsafe header.msg_iov = vector
            unsafe header.msg_iovlen = 1
            unsafe header.msg_control = control.baseAddress
            unsafe header.msg_controllen = control.count
            let count = unsafe recvmsg(number, &header, 0)
            guard count >= 0 else { return }
            unsafe data[count..<count + name.count].copyBytes(from: name)
            unsafe vector.pointee.iov_len = count + name.count
            unsafe Self.freeInterface(in: control)
            _ = unsafe sendmsg(number, &header, Int32(MSG_DONTWAIT))
        }
    }

    private var number: Int32 { socket.number }

    /// The control message that came (`in6_pktinfo`: address, then interface index) goes back as it is, except that
    /// the route and not the interface of arrival decides where the answer leaves.
    private static func freeInterface(in control: UnsafeMutableRawBufferPointer) {
        let index = MemoryLayout<cmsghdr>.size + MemoryLayout<in6_addr>.size
        for position in index..<index + 4 { unsafe control[position] = 0 }
    }
}
