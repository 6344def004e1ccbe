import COpenSSL

/// The server's end of one TLS connection, between two buffers: no socket, no thread.
@safe
public final class TLSSession {
    /// The connection cannot go on; what is to be sent still tells the client why.
    public struct Broken: Error, Hashable, Sendable {
        /// OpenSSL's reason.
        public let error: OpenSSLError
    }

    /// What `read()` found.
    public enum Reading: Hashable, Sendable {
        /// Perhaps none yet.
        case octets([UInt8])
        /// The client says that it sends no more.
        case end
    }

    private let session: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer
    private var isBroken = false

    /// Waits for a client's first message.
    public init(_ certificate: ServerCertificate) throws(OpenSSLError) {
        let (input, output) = unsafe (BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))
        guard let session = unsafe SSL_new(certificate.context), let input = unsafe input, let output = unsafe output
        else {
            unsafe _ = (BIO_free(input), BIO_free(output))
            throw .last("begin TLS")
        }
        unsafe self.session = session
        unsafe self.input = input
        unsafe self.output = output
        unsafe SSL_set_bio(session, input, output)
        unsafe SSL_set_accept_state(session)
    }

    /// Frees both buffers with it.
    deinit {
        unsafe SSL_free(session)
    }

    /// Takes what came from the network.
    public func receive(_ octets: UnsafeRawBufferPointer) throws(Broken) {
        guard let start = octets.baseAddress, octets.count > 0 else { return }
        let count = Int32(clamping: octets.count)
        guard unsafe BIO_write(input, start, count) == count else { throw broken("take what came") }
    }

    /// What of it can be read so far.
    public func read() throws(Broken) -> Reading {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            // Errors are kept per thread: one that another connection left would be taken for one of this.
            ERR_clear_error()
            let count = unsafe SSL_read(session, &buffer, Int32(buffer.count))
            if count > 0 {
                octets += buffer.prefix(Int(count))
                continue
            }
            switch unsafe SSL_get_error(session, count) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .octets(octets)
            case SSL_ERROR_ZERO_RETURN: return octets.isEmpty ? .end : .octets(octets)
            default: throw broken("go on with TLS")
            }
        }
    }

    /// Seals what is to be sent; only once the client was heard.
    public func write(_ octets: UnsafeRawBufferPointer) throws(Broken) {
        var rest = unsafe octets
        while let start = rest.baseAddress, rest.count > 0 {
            ERR_clear_error()
            let count = unsafe SSL_write(session, start, Int32(clamping: rest.count))
            guard count > 0 else { throw broken("seal what is to be sent") }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[Int(count)...])
        }
    }

    /// Says that nothing more comes; nothing where the connection is broken, or never began.
    public func finish() {
        guard !isBroken, unsafe SSL_is_init_finished(session) == 1 else { return }
        ERR_clear_error()
        unsafe SSL_shutdown(session)
        ERR_clear_error()
    }

    /// What is to go to the network.
    public func takeOutput() -> [UInt8] {
        let pending = unsafe Int(clamping: BIO_ctrl_pending(output))
        guard pending > 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: pending) { buffer, count in
            count = unsafe max(Int(BIO_read(output, buffer.baseAddress, Int32(clamping: buffer.count))), 0)
        }
    }

    private func broken(_ operation: String) -> Broken {
        isBroken = true
        return Broken(error: .last(operation))
    }
}
