import FoundationEssentials
import Glibc
import Testing

@testable import ARPMode

@Suite("Shared keys")
struct SharedKeysTests {
    private let message = Array("a heartbeat".utf8)[...]

    private func keys(_ text: String) throws -> SharedKeys {
        let keys = SharedKeys()
        try keys.take(Array(text.utf8), from: "key")
        return keys
    }

    @Test("the tag is the first half of an HMAC-SHA256 under the key")
    func tag() throws {
        // HMAC-SHA256 of "Hi There" under twenty octets 0x42, computed by openssl.
        let keys = try keys(String(repeating: "B", count: 20))
        let tag = keys.tag(of: Array("Hi There".utf8)[...], key: keys.sealingKey)
        #expect(tag == 0xD2C9_1432_7880_7394_1165_82AE_A92F_1C42)
    }

    @Test("with two keys either verifies and the first seals, so that keys can be changed node by node")
    func rotation() throws {
        let (old, new) = ("the old key of many octets", "the new key of many octets")
        let before = try keys(old)
        let both = try keys("# while we change\n\(old)\n\n  \(new)  \r\n")
        let swapped = try keys("\(new)\n\(old)\n")
        let after = try keys(new)
        #expect(before.sealingKey == both.sealingKey && swapped.sealingKey == after.sealingKey)
        for (sender, receiver) in [(before, both), (both, before), (both, swapped), (swapped, both), (swapped, after)] {
            let tag = sender.tag(of: message, key: sender.sealingKey)
            #expect(tag != nil && receiver.tag(of: message, key: sender.sealingKey) == tag)
        }
        #expect(after.tag(of: message, key: before.sealingKey) == nil)
    }

    @Test(
        "what is no key is refused with its cure",
        arguments: [
            ("", "has 0 keys"), ("# nothing\n", "has 0 keys"), ("short", "has 5 octets"),
            ("0123456789abcdef\n0123456789abcdeg\n0123456789abcdeh\n", "has 3 keys"),
            ("0123456789abcdef\n0123456789abcdef\n", "cannot be told apart"),
        ])
    func refusals(text: String, expected: String) throws {
        let keys = try keys("a key from before that stays")
        let number = keys.sealingKey
        #expect {
            try keys.take(Array(text.utf8), from: "key")
        } throws: { error in
            (error as? SharedKeys.Refusal)?.sentence.contains(expected) == true
        }
        #expect(keys.sealingKey == number && keys.tag(of: message, key: number) != nil)
    }

    @Test("a file that everyone can read is refused, also behind a link")
    func permissions() throws {
        let folder = "\(FileManager.default.temporaryDirectory.path)/herald-keys-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/key"
        try Data("a key of sixteen octets or more".utf8).write(to: URL(filePath: path))
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "key")
        for (mode, isTaken) in [(0o600, true), (0o440, true), (0o644, false), (0o602, false)] as [(mode_t, Bool)] {
            unsafe chmod(path, mode)
            for name in ["key", "link"] {
                let sentence: String?
                do throws(SharedKeys.Refusal) {
                    try SharedKeys().take(SharedKeys.read("\(folder)/\(name)"), from: "\(folder)/\(name)")
                    sentence = nil
                } catch {
                    sentence = error.sentence
                }
                #expect((sentence == nil) == isTaken)
                if let sentence { #expect(sentence.contains("chmod 600 \(folder)/\(name)")) }
            }
        }
        #expect(throws: SharedKeys.Refusal.self) { try SharedKeys.read("\(folder)/none") }
    }
}
