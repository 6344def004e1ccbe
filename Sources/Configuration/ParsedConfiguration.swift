/// A configuration that can be used, and what was noticed while it was read.
public struct ParsedConfiguration: Hashable, Sendable {
    /// Complete and valid.
    public let configuration: Configuration
    /// Warnings only.
    public let warnings: ProblemList
    /// Of the file's octets.
    public let fingerprint: Fingerprint
    /// The file as it was read. It has no secrets, which are in files of their own.
    public let text: String
}

/// Tells files apart in a status or metric: the 64-bit FNV-1a hash of their octets. It protects against nothing.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// The hash.
    public let number: UInt64

    /// Hashes a whole file.
    public init(of bytes: some Sequence<UInt8>) {
        number = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
