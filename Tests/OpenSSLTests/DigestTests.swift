import Testing

@testable import OpenSSL

@Suite("HMAC-SHA256 and SHA-256")
struct DigestTests {
    private func hex(_ octets: [UInt8]?) -> String? {
        octets.map { $0.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
    }

    @Test(
        "the codes are those of RFC 4231, whatever was asked before",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ] as [([UInt8], [UInt8], String)])
    func codes(secret: [UInt8], message: [UInt8], expected: String) throws {
        let key = try AuthenticationKey(secret)
        for _ in 0..<3 {
            #expect(hex(key.code(of: message[...])) == expected)
            #expect(hex(key.code(of: [])) != expected)
        }
        // A slice of something larger is its own octets alone.
        #expect(hex(key.code(of: ([1, 2] + message + [3])[2..<(2 + message.count)])) == expected)
    }

    @Test("one key serves many threads at a time")
    func threads() async throws {
        let key = try AuthenticationKey(Array("a key of many octets".utf8))
        let expected = (0..<64).map { key.code(of: [UInt8($0)]) }
        await withTaskGroup { tasks in
            for _ in 0..<8 {
                tasks.addTask {
                    (0..<2_000).allSatisfy { key.code(of: [UInt8($0 % 64)]) == expected[$0 % 64] }
                }
            }
            for await isRight in tasks { #expect(isRight) }
        }
    }

    @Test(
        "the digests are those of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ])
    func digests(text: String, expected: String) {
        #expect(hex(SHA256.digest(of: Array(text.utf8))) == expected)
    }

    @Test("a word matches itself alone")
    func words() throws {
        let word = try #require(SecretWord("correct horse".utf8))
        #expect(word.matches("correct horse".utf8))
        for other in ["", "correct hors", "correct horse ", "Correct horse", "correct horsf"] {
            #expect(!word.matches(other.utf8))
        }
    }
}
