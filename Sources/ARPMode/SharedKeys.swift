import FileSystem
import FoundationEssentials
import Membership
import OpenSSL
import Synchronization

/// The keys with which heartbeats are sealed and verified: one to seal with, and up to one more that is valid.
///
/// They may be replaced at any time, from any thread.
final class SharedKeys: HeartbeatSeal {
    private struct Key {
        let number: UInt8
        let secret: AuthenticationKey
    }

    /// The first seals.
    private let keys = Mutex<[Key]>([])

    /// Why a key file cannot be used, as a sentence.
    struct Refusal: Error, Equatable {
        let sentence: String
    }

    /// Octets of a key at least.
    static let shortestKey = 16

    var sealingKey: UInt8 { keys.withLock { $0.first?.number ?? 0 } }

    func tag(of message: ArraySlice<UInt8>, key number: UInt8) -> UInt128? {
        guard let secret = keys.withLock({ $0.first { $0.number == number }?.secret }) else { return nil }
        return secret.code(of: message)?.prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// Takes the keys of a file's text: a line each, of which the first seals. Blank lines, and those that begin with
    /// `#`, do not count. Without a refusal both are in force when it returns.
    func take(_ text: [UInt8], from file: String) throws(Refusal) {
        let lines = text.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let secrets = lines.map(Self.trimmed).filter { !$0.isEmpty && $0.first != UInt8(ascii: "#") }
        guard (1...2).contains(secrets.count) else {
            throw Refusal(
                sentence: "the key file \(file) has \(secrets.count) keys; write one on a line of its own, or two "
                    + "while the key is being changed")
        }
        if let short = secrets.firstIndex(where: { $0.count < Self.shortestKey }) {
            throw Refusal(
                sentence: "key \(short + 1) of \(file) has \(secrets[short].count) octets; take one of at least "
                    + "\(Self.shortestKey), as  openssl rand -base64 32  makes it")
        }
        let made: [Key]
        do {
            made = try secrets.map { Key(number: Self.number(of: $0), secret: try AuthenticationKey($0)) }
        } catch {
            throw Refusal(sentence: "the keys of \(file) cannot be used: \(error)")
        }
        guard Set(made.map(\.number)).count == made.count else {
            throw Refusal(sentence: "the two keys of \(file) cannot be told apart; make another for the second")
        }
        keys.withLock { $0 = made }
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        var line = line.drop(while: isBlank)
        while let last = line.last, isBlank(last) { line.removeLast() }
        return line
    }

    /// The same on every node, whatever the order of the keys there.
    private static func number(of secret: ArraySlice<UInt8>) -> UInt8 {
        SHA256.digest(of: Array("herald key number:".utf8) + secret)?.first ?? 0
    }
}

extension SharedKeys {
    /// Reads the text of a file, which must not be readable by everyone.
    static func read(_ file: String) throws(Refusal) -> [UInt8] {
        do {
            let permissions = try FilePermissions(of: file)
            guard !permissions.isOpenToOthers else {
                throw Refusal(
                    sentence: "the key file \(file) can be read or written by every user of this node (mode "
                        + "\(permissions.octal)); run  chmod 600 \(file)  or, for a Secret, set defaultMode: 0400")
            }
            return try BoundedFile.read(file, limit: 4096)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(sentence: "the membership key: \(error)")
        }
    }
}
