import COpenSSL

/// A server's certificate with its chain and key, ready for TLS 1.2 and 1.3.
///
/// Only ciphers with forward secrecy; no renegotiation, no compression, no session that is taken up again.
@safe
public final class ServerCertificate: @unchecked Sendable {
    /// Never changed after `init`; OpenSSL counts its references by atomic operations.
    let context: OpaquePointer

    /// Certificates that a chain may have.
    private static let longestChain = 16

    /// From PEM: the server's certificate first, then those that lead to the authority; and its key, without a password.
    public init(certificates: [UInt8], key: [UInt8]) throws(OpenSSLError) {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw .last("prepare TLS") }
        unsafe self.context = context
        guard unsafe herald_restrict(context) == 1 else { throw .last("prepare TLS") }
        try takeCertificates(certificates)
        try takeKey(key)
    }

    deinit {
        unsafe SSL_CTX_free(context)
    }

    private func takeCertificates(_ octets: [UInt8]) throws(OpenSSLError) {
        let input = try Self.input(octets)
        var count = 0
        while let certificate = unsafe herald_read_certificate(input.pointer) {
            defer { unsafe X509_free(certificate) }
            let isTaken =
                count == 0
                ? unsafe SSL_CTX_use_certificate(context, certificate) == 1
                : unsafe herald_add_to_chain(context, certificate) == 1
            count += 1
            guard isTaken else { throw .last("use the certificate") }
            guard count <= Self.longestChain else {
                throw OpenSSLError("use the certificate", "its chain is longer than \(Self.longestChain)")
            }
        }
        guard count > 0 else { throw .last("read a certificate in PEM") }
        // The end of the file is noted as an error too.
        ERR_clear_error()
    }

    private func takeKey(_ octets: [UInt8]) throws(OpenSSLError) {
        let input = try Self.input(octets)
        guard let key = unsafe herald_read_key(input.pointer) else {
            throw .last("read a key without a password in PEM")
        }
        defer { unsafe EVP_PKEY_free(key) }
        guard unsafe SSL_CTX_use_PrivateKey(context, key) == 1, unsafe SSL_CTX_check_private_key(context) == 1 else {
            ERR_clear_error()
            throw OpenSSLError("use the key", "it does not belong to the certificate")
        }
    }

    /// A buffer of OpenSSL that has the octets.
    private static func input(_ octets: [UInt8]) throws(OpenSSLError) -> Input {
        guard let pointer = unsafe BIO_new(BIO_s_mem()) else { throw .last("read") }
        let input = unsafe Input(pointer: pointer)
        guard !octets.isEmpty else { return input }
        let count = Int32(clamping: octets.count)
        guard unsafe BIO_write(input.pointer, octets, count) == count else { throw .last("read") }
        return input
    }

    /// Freed when it goes out of scope.
    @safe
    private struct Input: ~Copyable {
        let pointer: OpaquePointer

        deinit { unsafe _ = BIO_free(pointer) }
    }
}
