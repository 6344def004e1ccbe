import FileSystem
import LoadBalancing
import PacketLoop

/// Reads TCP MD5 keys from files.
enum KeyFiles {
    static func read(_ path: String) -> Result<TCPMD5Key, Obstacle> {
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

    /// Whether every user of the node may read or write the file.
    static func isOpenToAll(_ path: String) -> Bool { (try? FilePermissions(of: path))?.isOpenToOthers ?? false }

    private static func failure(_ sentence: String) -> Result<TCPMD5Key, Obstacle> {
        .failure(Obstacle(reason: "PasswordUnreadable", sentence: "the password cannot be used: \(sentence)"))
    }
}
