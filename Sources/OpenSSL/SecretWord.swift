import COpenSSL

/// A word that whoever asks must know. How long a comparison takes tells nothing of it, not even its length.
public struct SecretWord: Sendable {
    private let digest: [UInt8]

    /// Nil when OpenSSL fails, as without memory.
    public init?(_ word: some Sequence<UInt8>) {
        guard let digest = SHA256.digest(of: Array(word)) else { return nil }
        self.digest = digest
    }

    /// Whether the octets are the word.
    public func matches(_ presented: some Sequence<UInt8>) -> Bool {
        guard let other = SHA256.digest(of: Array(presented)), other.count == digest.count else { return false }
        return unsafe CRYPTO_memcmp(digest, other, digest.count) == 0
    }
}
