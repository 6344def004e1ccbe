import Foundation

/// What a real API server was asked and answered, from a file of `Recordings`.
struct Recording: Sendable, CustomStringConvertible {
    /// One request and its answer.
    struct Exchange: Sendable {
        var method = ""
        var target = ""
        var requestHeaders: [(name: String, value: String)] = []
        var requestBody = ""
        var status = 0
        var headers: [(name: String, value: String)] = []
        var body = ""
        /// The client said that the body did not end as it should.
        var isCut = false

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    /// How the file's name begins, as in `24`.
    let number: String
    let description: String
    let exchanges: [Exchange]

    static let all: [Recording] = {
        let directory = (Bundle.module.resourcePath ?? "") + "/Recordings"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.sorted().compactMap { file in
            FileManager.default.contents(atPath: "\(directory)/\(file)").map {
                Recording(file: file, text: String(decoding: $0, as: UTF8.self))
            }
        }
    }()

    private init(file: String, text: String) {
        number = String(file.prefix { $0 != "-" })
        description = String(file.dropLast(".txt".count))
        var exchanges: [Exchange] = []
        var reader = Reader()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("$ curl") {
                if let done = reader.finish() { exchanges.append(done) }
                reader = Reader(isOpen: true)
            } else {
                reader.take(line)
            }
        }
        if let done = reader.finish() { exchanges.append(done) }
        self.exchanges = exchanges
    }

    private struct Reader {
        var isOpen = false
        var exchange = Exchange()
        private var isInRequestBody = false
        private var isInBody = false

        init(isOpen: Bool = false) {
            self.isOpen = isOpen
        }

        func finish() -> Exchange? { isOpen && exchange.status > 0 ? exchange : nil }

        mutating func take(_ line: Substring) {
            if line.hasPrefix(">") {
                sent(line.dropFirst(2))
            } else if line.hasPrefix("< ") {
                received(line.dropFirst(2))
            } else if line.hasPrefix("(curl") {
                exchange.isCut = true
            } else if !line.isEmpty, !line.hasPrefix("#"), isInBody {
                exchange.body += line + "\n"
            }
        }

        private mutating func sent(_ line: Substring) {
            if exchange.method.isEmpty {
                let words = line.split(separator: " ")
                exchange.method = String(words[0])
                exchange.target = String(words[1])
            } else if line.isEmpty {
                isInRequestBody = true
            } else if isInRequestBody {
                exchange.requestBody += line
            } else if let header = Self.header(line) {
                exchange.requestHeaders.append(header)
            }
        }

        private mutating func received(_ line: Substring) {
            if line.hasPrefix("HTTP/") {
                exchange.status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            } else if line.allSatisfy({ $0 == " " || $0 == "\r" }) {
                isInBody = true
            } else if let header = Self.header(line) {
                exchange.headers.append(header)
            }
        }

        private static func header(_ line: Substring) -> (String, String)? {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[colon...].dropFirst().trimmingCharacters(in: .whitespaces)
            return (line[..<colon].lowercased(), value)
        }
    }
}
