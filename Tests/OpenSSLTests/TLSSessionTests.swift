import COpenSSL
import FoundationEssentials
import NetworkTypes
import Spawning
import Testing

@testable import OpenSSL

@Suite("TLS sessions")
struct TLSSessionTests {
    private static let files = Result { try makeFiles() }

    private static func makeFiles() throws -> (certificates: [UInt8], key: [UInt8]) {
        let directory = FileManager.default.temporaryDirectory.path() + "/herald-tls-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Program.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                "/CN=test", "-keyout", "\(directory)/key", "-out", "\(directory)/crt",
            ])
        let read = { (name: String) in [UInt8](try Data(contentsOf: URL(filePath: "\(directory)/\(name)"))) }
        return (try read("crt"), try read("key"))
    }

    private func certificate() throws -> ServerCertificate {
        let files = try Self.files.get()
        return try ServerCertificate(certificates: files.certificates, key: files.key)
    }

    /// A client between two buffers.
    @safe
    private final class Client {
        let session: OpaquePointer
        private let context: OpaquePointer
        private let input: OpaquePointer
        private let output: OpaquePointer

        init() throws {
            unsafe context = try #require(SSL_CTX_new(TLS_client_method()))
            unsafe session = try #require(SSL_new(context))
            unsafe input = try #require(BIO_new(BIO_s_mem()))
            unsafe output = try #require(BIO_new(BIO_s_mem()))
            unsafe SSL_set_bio(session, input, output)
            unsafe SSL_set_connect_state(session)
        }

        deinit {
            unsafe SSL_free(session)
            unsafe SSL_CTX_free(context)
        }

        /// Takes what the server sent; what there is to send back.
        func turn(_ octets: [UInt8]) -> [UInt8] {
            if !octets.isEmpty { unsafe _ = BIO_write(input, octets, Int32(octets.count)) }
            unsafe _ = SSL_do_handshake(session)
            ERR_clear_error()
            return take()
        }

        func write(_ octets: [UInt8]) -> [UInt8] {
            unsafe _ = SSL_write(session, octets, Int32(octets.count))
            return take()
        }

        func read() -> [UInt8] {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while case let count = unsafe SSL_read(session, &buffer, Int32(buffer.count)), count > 0 {
                all += buffer.prefix(Int(count))
            }
            ERR_clear_error()
            return all
        }

        private func take() -> [UInt8] {
            var octets = [UInt8](repeating: 0, count: Int(unsafe BIO_ctrl_pending(output)))
            guard !octets.isEmpty else { return [] }
            unsafe _ = BIO_read(output, &octets, Int32(octets.count))
            return octets
        }
    }

    private func feed(_ session: TLSSession, _ octets: [UInt8]) throws -> TLSSession.Reading {
        try unsafe octets.withUnsafeBytes { try unsafe session.receive($0) }
        return try session.read()
    }

    /// Until neither side has more to say; the first flights of the client.
    @discardableResult
    private func shake(_ session: TLSSession, _ client: Client) throws -> [[UInt8]] {
        var flights: [[UInt8]] = []
        var answer: [UInt8] = []
        while case let flight = client.turn(answer), !flight.isEmpty {
            flights.append(flight)
            guard case .octets(let early) = try feed(session, flight) else { break }
            #expect(early.isEmpty)
            answer = session.takeOutput()
        }
        return flights
    }

    @Test("what one side writes the other reads, however it is cut")
    func exchange() throws {
        let (session, client) = (try TLSSession(certificate()), try Client())
        try shake(session, client)
        let question = [UInt8](repeating: 7, count: 40_000)
        var received: [UInt8] = []
        let sealed = client.write(question)
        for start in stride(from: 0, to: sealed.count, by: 1_000) {
            let part = Array(sealed[start..<min(start + 1_000, sealed.count)])
            if case .octets(let octets) = try feed(session, part) { received += octets }
        }
        #expect(received == question)
        let answer = [UInt8](repeating: 9, count: 3 << 20)
        try unsafe answer.withUnsafeBytes { try unsafe session.write($0) }
        _ = client.turn(session.takeOutput())
        #expect(client.read() == answer)
        session.finish()
        #expect(!session.takeOutput().isEmpty)
    }

    @Test("a first flight that was altered or cut ends in an error or in waiting", arguments: 0..<200 as Range<UInt64>)
    func altered(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let hello = try Client().turn([])
        var flight = hello
        switch seed % 4 {
        case 0: flight = Array(hello.prefix(Int.random(in: 0..<hello.count, using: &generator)))
        case 1:
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                flight[Int.random(in: 0..<flight.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
        case 2: flight = (0..<2_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        default: flight = [0x16, 3, 1] + (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        let session = try TLSSession(certificate())
        do {
            let reading = try feed(session, flight)
            #expect(reading == .octets([]))
        } catch is TLSSession.Broken {
            session.finish()
        }
        _ = session.takeOutput()
    }

    @Test("what is no certificate or no key of it is refused, without asking for a password")
    func refused() throws {
        let files = try Self.files.get()
        let other = try Self.makeFiles()
        let locked = Array("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n".utf8)
        for (certificates, key) in [
            ([], files.key), (files.certificates, []), (files.key, files.certificates), (files.certificates, other.key),
            (files.certificates, locked), (Array("nothing".utf8), files.key),
            (Array(files.certificates.prefix(200)), files.key),
        ] {
            #expect(throws: OpenSSLError.self) { try ServerCertificate(certificates: certificates, key: key) }
        }
        #expect(throws: Never.self) {
            try ServerCertificate(certificates: files.certificates + other.certificates, key: files.key)
        }
        #expect(throws: OpenSSLError.self) {
            try ServerCertificate(
                certificates: files.certificates + (0..<20).flatMap { _ in other.certificates }, key: files.key)
        }
    }
}
