internal import CLinux
internal import Glibc

/// Room for the datagrams that one call takes from a socket, used again by the next.
@safe final class ReceiveBatch {
    /// Room for control messages; the largest sets in use need less than 100 octets.
    private static let controlLength = 128

    let capacity: Int
    let maximumLength: Int
    private let headers: UnsafeMutablePointer<herald_mmsghdr>
    private let vectors: UnsafeMutablePointer<iovec>
    private let names: UnsafeMutablePointer<sockaddr_storage>
    private let payloads: UnsafeMutableRawPointer
    private let controls: UnsafeMutableRawPointer

    /// Room for `capacity` datagrams of `maximumLength` octets.
    init(capacity: Int, maximumLength: Int) {
        self.capacity = min(max(capacity, 1), 1024)
        self.maximumLength = min(max(maximumLength, 64), 65_536)
        let controlSize = Self.controlLength * self.capacity
        unsafe headers = .allocate(capacity: self.capacity)
        unsafe vectors = .allocate(capacity: self.capacity)
        unsafe names = .allocate(capacity: self.capacity)
        unsafe payloads = .allocate(byteCount: self.maximumLength * self.capacity, alignment: 16)
        unsafe controls = .allocate(byteCount: controlSize, alignment: 16)
        unsafe headers.initialize(repeating: herald_mmsghdr(), count: self.capacity)
        unsafe vectors.initialize(repeating: iovec(), count: self.capacity)
        unsafe names.initialize(repeating: sockaddr_storage(), count: self.capacity)
        unsafe controls.initializeMemory(as: UInt8.self, repeating: 0, count: controlSize)
    }

    deinit {
        unsafe headers.deallocate()
        unsafe vectors.deallocate()
        unsafe names.deallocate()
        unsafe payloads.deallocate()
        unsafe controls.deallocate()
    }

    /// Takes what has arrived, up to the capacity; 0 when there is nothing.
    func receive(from descriptor: Descriptor) throws(SystemError) -> Int {
        for index in 0..<capacity { prepare(index) }
        let count = uninterrupted {
            unsafe herald_recvmmsg(descriptor.number, headers, UInt32(capacity), Int32(MSG_DONTWAIT))
        }
        if count == -1, errno == EAGAIN { return 0 }
        return Int(try check(count, "recvmmsg"))
    }

    /// Whether the datagram was longer than the room for it.
    func isTruncated(_ index: Int) -> Bool {
        unsafe headers[index].header.msg_flags & Int32(MSG_TRUNC) != 0
    }

    func octets(_ index: Int) -> [UInt8] {
        let length = min(Int(unsafe headers[index].length), maximumLength)
        return unsafe [UInt8](UnsafeRawBufferPointer(start: payloads + index * maximumLength, count: length))
    }

    /// The sender's address as the kernel wrote it.
    func name(_ index: Int) -> sockaddr_storage {
        unsafe names[index]
    }

    /// Calls `body` with level, type and data of each control message of a datagram.
    func forEachControl(_ index: Int, _ body: (Int32, Int32, UnsafeRawBufferPointer) -> Void) {
        let message = unsafe UnsafeMutableRawPointer(headers + index).assumingMemoryBound(to: msghdr.self)
        var next = unsafe herald_cmsg_first(message)
        while let control = unsafe next {
            let data = unsafe UnsafeRawBufferPointer(
                start: herald_cmsg_data(control), count: herald_cmsg_data_length(control))
            unsafe body(control.pointee.cmsg_level, control.pointee.cmsg_type, data)
            unsafe next = herald_cmsg_next(message, control)
        }
    }

    private func prepare(_ index: Int) {
        unsafe vectors[index] = iovec(iov_base: payloads + index * maximumLength, iov_len: maximumLength)
        var message = unsafe msghdr()
        unsafe message.msg_name = UnsafeMutableRawPointer(names + index)
        unsafe message.msg_namelen = socklen_t(MemoryLayout<sockaddr_storage>.size)
        unsafe message.msg_iov = vectors + index
        unsafe message.msg_iovlen = 1
        unsafe message.msg_control = controls + index * Self.controlLength
        unsafe message.msg_controllen = Self.controlLength
        unsafe headers[index] = herald_mmsghdr(header: message, length: 0)
    }
}

extension UnsafeRawBufferPointer {
    /// The value at the start, or nil when there are not enough octets for it.
    func first<Value: BitwiseCopyable>(as type: Value.Type) -> Value? {
        unsafe count >= MemoryLayout<Value>.size ? loadUnaligned(as: type) : nil
    }
}
