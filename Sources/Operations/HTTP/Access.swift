import FoundationEssentials
import NIOHTTP1
import OpenSSL

/// Who may ask what of `operations.listen`, where a token is set.
struct Access: Sendable {
    /// Answered to whoever asks: the kubelet, which has no token, probes by them. They tell nothing of Services.
    static let open: Set<String> = ["/livez", "/readyz", "/healthz"]

    private let token: SecretWord

    init(_ token: SecretWord) {
        self.token = token
    }

    /// Whether a request of this target with this `Authorization` is answered.
    ///
    /// The token comes as `Bearer TOKEN` (RFC 6750), or as the password of `Basic` (RFC 7617), which browsers ask for.
    /// Details of a probe need it too.
    func admits(_ request: OperationsRequest, authorization: [String]) -> Bool {
        if Self.open.contains(request.path), !request.asks("verbose") { return true }
        guard authorization.count == 1, let words = authorization.first?.split(separator: " "), words.count == 2 else {
            return false
        }
        switch words[0].lowercased() {
        case "bearer": return token.matches(words[1].utf8)
        case "basic":
            guard let octets = Data(base64Encoded: String(words[1])), let colon = octets.firstIndex(of: 0x3A) else {
                return false
            }
            return token.matches(octets[(colon + 1)...])
        default: return false
        }
    }
}

extension Access {
    /// Why a token's file cannot be used.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    /// Characters of a token at least.
    static let shortestToken = 16

    /// Of a file's text: one line of characters that a header can carry.
    init(token text: [UInt8], from file: String) throws(Refusal) {
        let lines = text.split { $0 == 0x0A || $0 == 0x0D }
        guard lines.count == 1, let line = lines.first, line.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Refusal(
                description: "\(file) must be one line of letters, digits and signs without blanks, as  "
                    + "openssl rand -hex 32  makes it")
        }
        guard line.count >= Self.shortestToken else {
            throw Refusal(
                description: "the token of \(file) has \(line.count) characters; take one of at least "
                    + "\(Self.shortestToken), as  openssl rand -hex 32  makes it")
        }
        guard let word = SecretWord(line) else { throw Refusal(description: "OpenSSL has no SHA-256 to compare by") }
        self.init(word)
    }
}
