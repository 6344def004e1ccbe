import FileSystem
import LoadBalancing
import PacketLoop

/// Reads TCP MD5 keys from files; not on the loop, where a disk that does not answer would silence every session.
enum KeyFiles {
    /// What was found in a file.
    struct Finding {
        var key: Result<TCPMD5Key, Obstacle>
        /// Whether every user of the node may read or write it.
        var isOpenToAll: Bool
    }

    @concurrent
    static func read(_ paths: [String]) async -> [String: Finding] {
        Dictionary(paths.map { ($0, Finding(key: read($0), isOpenToAll: isOpenToAll($0))) }) { first, _ in first }
    }

    /// Nil where nothing can be watched, or there is nothing to.
    @concurrent
    static func watch(_ paths: [String]) async -> FileWatcher? {
        paths.isEmpty ? nil : try? FileWatcher(paths: paths)
    }

    private static func read(_ path: String) -> Result<TCPMD5Key, Obstacle> {
        do throws(FileError) {
            var octets = try BoundedFile.read(path, limit: 4096)
            while let last = octets.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
                octets.removeLast()
            }
            guard let key = TCPMD5Key(octets) else {
                return failure(
                    "\(path) holds \(octets.count) octets; a TCP MD5 key has 1 to \(TCPMD5Key.maximumLength)")
            }
            return .success(key)
        } catch {
            return failure("\(error)")
        }
    }

    private static func isOpenToAll(_ path: String) -> Bool {
        (try? FilePermissions(of: path))?.isOpenToOthers ?? false
    }

    private static func failure(_ sentence: String) -> Result<TCPMD5Key, Obstacle> {
        .failure(Obstacle(reason: "PasswordUnreadable", sentence: "the password cannot be used: \(sentence)"))
    }
}
