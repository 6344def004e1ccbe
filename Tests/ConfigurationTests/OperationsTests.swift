import Configuration
import Testing

@Suite("Operations settings")
struct OperationsSettingsTests {
    private func parse(_ operations: String) throws -> ParsedConfiguration {
        let file = "mode: none\npools: [{name: a, addresses: [192.168.10.0/28]}]\noperations: \(operations)\n"
        return try Configuration.parse(Array(file.utf8), file: "herald.yaml")
    }

    @Test("certificate, key and token are files")
    func files() throws {
        let parsed = try parse(
            "{listen: \"0.0.0.0:9817\", tls: {certificateFile: /a.crt, keyFile: /a.key}, tokenFile: /token}")
        let operations = parsed.configuration.operations
        #expect(operations.tls == .init(certificateFile: "/a.crt", keyFile: "/a.key"))
        #expect(operations.tokenFile == "/token")
        #expect(parsed.warnings.problems.isEmpty)
        let without = try parse("{}").configuration.operations
        #expect(without.tls == nil && without.tokenFile == nil)
    }

    @Test(
        "half a certificate is none, and paths are absolute",
        arguments: [
            "{tls: {certificateFile: /a.crt}}", "{tls: {keyFile: /a.key}}", "{tls: {}}", "{tls: }", "{tls: on}",
            "{tls: {certificateFile: a.crt, keyFile: /a.key}}", "{tokenFile: token}", "{token: secret}",
            "{tls: {certificateFile: /a.crt, keyFile: /a.key, ca: /c}}",
        ])
    func refused(text: String) {
        #expect(throws: ProblemList.self, "\(text)") { try parse(text) }
    }

    @Test(
        "what does nothing, and a token in the clear, are warned of",
        arguments: [
            ("{listen: off, tokenFile: /token}", "does nothing"),
            ("{listen: off, tls: {certificateFile: /a.crt, keyFile: /a.key}}", "does nothing"),
            ("{listen: \"0.0.0.0:9817\", tokenFile: /token}", "in the clear"),
            ("{listen: \"127.0.0.1:9817\", tokenFile: /token}", nil),
        ] as [(String, String?)])
    func warned(text: String, expected: String?) throws {
        let warnings = try parse(text).warnings.problems.map { "\($0)" }
        #expect(warnings.count == (expected == nil ? 0 : 1))
        if let expected { #expect(warnings.first?.contains(expected) == true) }
    }
}
