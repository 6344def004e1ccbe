import Foundation
import Testing

/// Recorded exchanges with a real API server, from a file of `Fixtures`.
struct Transcript {
    struct NotFound: Error {
        let name: String
    }

    /// One request and its answer.
    struct Exchange: Sendable {
        var requestLine = ""
        var requestBody: [UInt8] = []
        var status = 0
        var headers: [String] = []
        var body: [UInt8] = []

        /// The lines of a watch.
        var lines: [[UInt8]] { body.split(separator: UInt8(ascii: "\n")).map { Array($0) } }
    }

    let exchanges: [Exchange]

    /// `number` is how the file's name begins, as in `24`.
    init(_ number: String) throws {
        let directory = (try #require(Self.directory))
        let files = try FileManager.default.contentsOfDirectory(atPath: directory)
        guard let file = files.first(where: { $0.hasPrefix(number + "-") }),
            let octets = FileManager.default.contents(atPath: directory + "/" + file)
        else { throw NotFound(name: number) }
        exchanges = Self.parse(String(decoding: octets, as: UTF8.self))
    }

    private static let directory = Bundle.module.resourcePath.map { $0 + "/Fixtures" }

    private static func parse(_ text: String) -> [Exchange] {
        var exchanges: [Exchange] = []
        var current: Exchange?
        var isInBody = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("$ curl") {
                if let current { exchanges.append(current) }
                current = Exchange()
                isInBody = false
            } else if line.hasPrefix("> "), current?.requestLine.isEmpty == true {
                current?.requestLine = String(line.dropFirst(2))
            } else if line.hasPrefix("> {") {
                current?.requestBody = Array(line.dropFirst(2).utf8)
            } else if line.hasPrefix("< HTTP/") {
                current?.status = line.split(separator: " ").dropFirst(2).first.flatMap { Int($0) } ?? 0
            } else if line.hasPrefix("< "), line.count > 2 {
                current?.headers.append(String(line.dropFirst(2)))
            } else if line.hasPrefix("<") {
                isInBody = true
            } else if isInBody, !line.isEmpty, !line.hasPrefix("#"), !line.hasPrefix("(curl") {
                current?.body += Array(line.utf8) + [UInt8(ascii: "\n")]
            }
        }
        if let current { exchanges.append(current) }
        return exchanges
    }
}
