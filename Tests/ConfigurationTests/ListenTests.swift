import Configuration
import NetworkTypes
import Testing

@Suite("Listen address")
struct ListenTests {
    private func listen(_ text: String) throws -> ListenAddress? {
        let file = "mode: none\npools: [{name: a, addresses: [192.168.10.0/28]}]\noperations: {listen: \(text)}\n"
        return try Configuration.parse(Array(file.utf8), file: "herald.yaml").configuration.operations.listen
    }

    @Test(
        "an address with a port is read, and written as it was",
        arguments: ["127.0.0.1:9817", "0.0.0.0:1", "192.168.10.5:65535", "[::1]:9817", "[::]:80", "[fd00::5]:9817"])
    func addresses(text: String) throws {
        #expect(try listen("\"\(text)\"")?.description == text)
    }

    @Test("nothing listens where it is switched off", arguments: ["off", "\"off\"", "127.0.0.1:0", "\"[::1]:0\""])
    func off(text: String) throws {
        #expect(try listen(text) == nil)
    }

    @Test("the loopback is the default, and known as such")
    func loopback() throws {
        let parsed = try Configuration.parse(
            Array("mode: none\npools: [{name: a, addresses: [192.168.10.0/28]}]\n".utf8), file: "herald.yaml")
        #expect(parsed.configuration.operations.listen?.description == "127.0.0.1:9817")
        #expect(parsed.configuration.operations.listen?.isLoopback == true)
        #expect(try listen("\"0.0.0.0:9817\"")?.isLoopback == false)
        #expect(try listen("\"[::1]:9817\"")?.isLoopback == true)
    }

    @Test(
        "what is no address with a port is refused",
        arguments: [
            "9817", ":9817", "localhost:9817", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
            "127.0.0.1:+80", "::1:9817", "[127.0.0.1]:80", "[::1]", "[::1%lo]:80", "127.0.0.01:80", "true",
        ])
    func refused(text: String) {
        #expect(throws: ProblemList.self, "\(text)") { try listen("\"\(text)\"") }
    }
}
