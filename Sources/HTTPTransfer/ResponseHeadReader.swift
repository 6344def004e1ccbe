/// Builds the head of an answer from the lines libcurl hands over, bounded in number and size.
struct ResponseHeadReader {
    static let maximumFields = 256
    static let maximumOctets = 64 * 1024
    private static let versions: Set = ["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"]

    enum Failure: Error {
        case tooLarge
        case malformed
    }

    private var status: Int?
    private var headers = HTTPHeaders()
    private var octets = 0
    private(set) var isComplete = false

    /// The head once its last line is in; lines after it (trailers) are ignored.
    mutating func read(_ line: [UInt8]) throws(Failure) -> HTTPResponseHead? {
        guard !isComplete else { return nil }
        octets += line.count
        guard octets <= Self.maximumOctets, headers.fields.count <= Self.maximumFields else { throw .tooLarge }
        let text = Self.trimmed(line[...])
        if line.starts(with: "HTTP/".utf8) {
            try begin(text)
        } else if text.isEmpty {
            return try end()
        } else if let first = line.first, first == 0x20 || first == 0x09 {
            headers.appendToLast(Self.string(text))
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            headers.add(Self.string(text[..<colon]), Self.string(Self.trimmed(text[text.index(after: colon)...])))
        }
        return nil
    }

    private mutating func begin(_ line: ArraySlice<UInt8>) throws(Failure) {
        let words = line.split(separator: 0x20, maxSplits: 2)
        guard words.count >= 2, Self.versions.contains(Self.string(words[0])), words[1].count == 3,
            let status = Int(Self.string(words[1])), (100...999).contains(status)
        else { throw .malformed }
        self.status = status
        headers = HTTPHeaders()
    }

    private mutating func end() throws(Failure) -> HTTPResponseHead? {
        guard let status else { throw .malformed }
        guard status >= 200 else {
            self.status = nil
            return nil
        }
        isComplete = true
        return HTTPResponseHead(status: status, headers: headers)
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 || octet == 0x0D || octet == 0x0A }
        let start = line.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return [] }
        return start[...last]
    }

    private static func string(_ octets: ArraySlice<UInt8>) -> String {
        String(decoding: octets, as: UTF8.self)
    }
}
