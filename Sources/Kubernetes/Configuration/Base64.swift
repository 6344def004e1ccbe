import FoundationEssentials

/// RFC 4648 section 4.
enum Base64 {
    static func encode(_ octets: [UInt8]) -> String {
        Data(octets).base64EncodedString()
    }

    /// Nil for text that is not base64.
    static func decode(_ text: String) -> [UInt8]? {
        Data(base64Encoded: text, options: .ignoreUnknownCharacters).map { Array($0) }
    }
}
