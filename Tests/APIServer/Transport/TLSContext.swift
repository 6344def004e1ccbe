import CTLS

/// A certificate and its key, ready for connections.
@safe
final class TLSContext {
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    let context: OpaquePointer

    /// From files in PEM. `offersHTTP2`: whether a client may choose HTTP/2.
    init(certificateFile: String, keyFile: String, offersHTTP2: Bool) throws {
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw Fault(description: "SSL_CTX_new") }
        unsafe self.context = context
        unsafe herald_offer_protocols(context, offersHTTP2 ? 1 : 0)
        guard unsafe herald_require_tls12(context) == 1,
            unsafe SSL_CTX_use_certificate_chain_file(context, certificateFile) == 1,
            unsafe SSL_CTX_use_PrivateKey_file(context, keyFile, SSL_FILETYPE_PEM) == 1
        else { throw Fault(description: "\(certificateFile) or \(keyFile) cannot be used") }
    }

    deinit {
        unsafe SSL_CTX_free(context)
    }
}

/// One TLS connection between two buffers.
@safe
final class TLSSession {
    struct Broken: Error {}

    private let session: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer

    init(_ context: TLSContext) throws {
        guard let session = unsafe SSL_new(context.context), let input = unsafe BIO_new(BIO_s_mem()),
            let output = unsafe BIO_new(BIO_s_mem())
        else { throw Broken() }
        unsafe self.session = session
        unsafe self.input = input
        unsafe self.output = output
        unsafe SSL_set_bio(session, input, output)
        unsafe SSL_set_accept_state(session)
    }

    deinit {
        unsafe SSL_free(session)
    }

    var isEstablished: Bool { unsafe SSL_is_init_finished(session) == 1 }

    var choseHTTP2: Bool {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &name, &length)
        return unsafe length == 2 && name?[0] == UInt8(ascii: "h") && name?[1] == UInt8(ascii: "2")
    }

    /// Takes what came from the network.
    func receive(_ octets: UnsafeRawBufferPointer) {
        unsafe BIO_write(input, octets.baseAddress, Int32(octets.count))
    }

    /// What of it can be read so far; nil at the regular end.
    func read() throws(Broken) -> [UInt8]? {
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
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return octets
            case SSL_ERROR_ZERO_RETURN: return octets.isEmpty ? nil : octets
            default: throw Broken()
            }
        }
    }

    func write(_ octets: UnsafeRawBufferPointer) throws(Broken) {
        guard unsafe !octets.isEmpty else { return }
        guard unsafe SSL_write(session, octets.baseAddress, Int32(octets.count)) == Int32(octets.count) else {
            throw Broken()
        }
    }

    /// Says that nothing more comes.
    func finish() {
        unsafe SSL_shutdown(session)
    }

    /// What is to go to the network.
    func takeOutput() -> [UInt8] {
        var octets: [UInt8] = []
        while true {
            let pending = unsafe BIO_ctrl_pending(output)
            guard pending > 0 else { return octets }
            var part = [UInt8](repeating: 0, count: Int(pending))
            let count = unsafe BIO_read(output, &part, Int32(part.count))
            guard count > 0 else { return octets }
            octets += part.prefix(Int(count))
        }
    }
}
