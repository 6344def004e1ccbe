import COpenSSL

/// The digest SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// Its 32 octets; nil when OpenSSL fails, as without memory.
    public static func digest(of octets: [UInt8]) -> [UInt8]? {
        var isMade = false
        let digest = unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            isMade = unsafe octets.withUnsafeBytes {
                unsafe herald_sha256($0.baseAddress, $0.count, buffer.baseAddress) == 1
            }
            count = isMade ? 32 : 0
        }
        return isMade ? digest : nil
    }
}
