import Glibc

/// Small files: certificates, keys, tokens.
enum BoundedFile {
    static let limit = 1024 * 1024

    /// The whole file; throws for one that cannot be read or is larger than `limit`.
    static func read(_ path: String) throws(CredentialsError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CredentialsError("\(path) cannot be read: \(unsafe String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        guard let octets = readAll(descriptor, upTo: limit) else {
            throw CredentialsError("\(path) cannot be read, or is larger than \(limit) octets")
        }
        return octets
    }

    /// As `read`, without blanks at the ends.
    static func readText(_ path: String) throws(CredentialsError) -> String {
        trimmed(try read(path))
    }

    static func trimmed(_ octets: [UInt8]) -> String {
        func isBlank(_ octet: UInt8) -> Bool { octet <= 0x20 }
        let start = octets.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(decoding: start[...last], as: UTF8.self)
    }

    /// All octets up to the end; nil for an error or more than `limit`.
    static func readAll(_ descriptor: Int32, upTo limit: Int) -> [UInt8]? {
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0, octets.count + count <= limit else { return nil }
            guard count > 0 else { return octets }
            octets += chunk.prefix(count)
        }
    }
}
