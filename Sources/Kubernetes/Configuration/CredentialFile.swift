import FileSystem

/// Certificates, keys, tokens and kubeconfigs: small files that may change at any time.
enum CredentialFile {
    /// Of a file, and of what a credential plugin prints.
    static let limit = 1024 * 1024

    static func read(_ path: String) throws(CredentialsError) -> [UInt8] {
        do throws(FileError) {
            return try BoundedFile.read(path, limit: limit)
        } catch {
            throw CredentialsError(error.description)
        }
    }

    /// As `read`, without blanks at the ends.
    static func readText(_ path: String) throws(CredentialsError) -> String {
        func isBlank(_ octet: UInt8) -> Bool { octet <= 0x20 }
        let start = try read(path).drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(decoding: start[...last], as: UTF8.self)
    }
}
