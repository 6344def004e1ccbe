import COpenSSL
import Synchronization

/// A key for HMAC-SHA256 (RFC 2104), taken up once and used from any thread.
public final class AuthenticationKey: Sendable {
    /// The context that has the key; freed with its owner.
    @safe
    private struct Context: ~Copyable {
        let pointer: OpaquePointer

        deinit { unsafe EVP_MAC_CTX_free(pointer) }
    }

    private let context: Mutex<Context>

    /// Octets of a code.
    static let codeSize = 32

    /// Throws when OpenSSL has no HMAC-SHA256 to give, as without memory.
    public init(_ secret: some Sequence<UInt8>) throws(OpenSSLError) {
        let secret = Array(secret)
        guard let pointer = unsafe secret.withUnsafeBytes({ unsafe herald_hmac_sha256($0.baseAddress, $0.count) })
        else { throw .last("take up a key for HMAC-SHA256") }
        context = Mutex(unsafe Context(pointer: pointer))
    }

    /// The 32 octets of the message's code; nil when OpenSSL fails, as without memory.
    public func code(of message: ArraySlice<UInt8>) -> [UInt8]? {
        context.withLock { context in
            let pointer = unsafe context.pointer
            var isMade = false
            let code = unsafe [UInt8](unsafeUninitializedCapacity: Self.codeSize) { buffer, count in
                isMade = unsafe message.withUnsafeBufferPointer { octets in
                    unsafe herald_hmac_restart(pointer) == 1
                        && EVP_MAC_update(pointer, octets.baseAddress, octets.count) == 1
                        && EVP_MAC_final(pointer, buffer.baseAddress, &count, buffer.count) == 1
                }
            }
            return isMade && code.count == Self.codeSize ? code : nil
        }
    }
}
