import CCurl
import Testing

@testable import HTTPTransfer

@Suite("What libcurl's codes come to")
struct TransferErrorTests {
    private func kind(_ code: CURLcode) -> TransferError.Kind {
        TransferError(code, host: "h", text: "t").kind
    }

    @Test("a stream or connection of HTTP/2 that broke is one that broke")
    func brokenHTTP2() {
        #expect(kind(CURLE_HTTP2) == .interrupted)
        #expect(kind(CURLE_HTTP2_STREAM) == .interrupted)
        #expect(kind(CURLE_WEIRD_SERVER_REPLY) == .protocolViolation)
    }
}
