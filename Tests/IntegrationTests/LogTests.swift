import Glibc
import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    /// What becomes of herald when what reads its log does not.
    @Suite struct LogTests {
        @Test("while nobody reads the log everything else goes on, and what was said comes out in order later")
        func stalled() async throws {
            try await withSite(Settings(arp: "{lifetime: 3s, refresh: 1s}"), isStarted: false) { site in
                let reader = try LogPipe(site.herald.home.path(of: "log.pipe"))
                try site.herald.start(logTo: reader.path)
                let places = 100..<116
                for place in places {
                    try site.herald.apply(Manifest(name: "web-\(place)", addresses: "10.0.1.\(place)"))
                }
                for place in places {
                    try site.herald.waitUntilAnnounced("web-\(place)", at: Site.ipv4(UInt8(place)))
                }
                #expect(reader.isFull)
                // Longer than the addresses live that nobody refreshes.
                LabClock.sleep(for: .seconds(4))
                for place in places { #expect(try site.node.hasAddress(Site.ipv4(UInt8(place)))) }
                try site.herald.apply(Manifest(name: "late", addresses: "10.0.1.119"))
                try site.herald.waitUntilAnnounced("late", at: Site.ipv4(119))
                try site.waitUntilAnswered(Site.ipv4(119))

                let log = reader.read(quiet: 500)
                let found = (places.map { "web-\($0)" } + ["late"]).filter { log.contains("default/\($0)") }
                #expect(found.count == places.count + 1)
                #expect(log.split(separator: "\n").allSatisfy { $0.hasPrefix("20") })
                #expect(try site.herald.service("late")?.state == "Announced")
            }
        }

        @Test("the end of the process does not wait for what nobody reads")
        func end() async throws {
            try await withSite(Settings(), Manifest(name: "web", addresses: "10.0.1.100"), isStarted: false) { site in
                let reader = try LogPipe(site.herald.home.path(of: "log.pipe"))
                try site.herald.start(logTo: reader.path)
                for place in 101..<116 {
                    try site.herald.apply(Manifest(name: "web-\(place)", addresses: "10.0.1.\(place)"))
                }
                try site.herald.waitUntilAnnounced("web", at: Site.ipv4(100))
                try site.herald.waitUntilAnnounced("web-115", at: Site.ipv4(115))
                #expect(reader.isFull)
                try site.herald.running.terminate()
                let output = try site.herald.running.wait(timeout: .seconds(5))
                #expect(output.status == .exited(0))
                #expect(try !site.node.hasAddress(Site.ipv4(100)))
            }
        }

        @Test("the end of what reads the log is not the end of herald")
        func readerGone() async throws {
            try await withSite(Settings(), Manifest(name: "web", addresses: "10.0.1.100"), isStarted: false) { site in
                let path: String
                do {
                    let reader = try LogPipe(site.herald.home.path(of: "log.pipe"))
                    path = reader.path
                    try site.herald.start(logTo: path)
                    try site.herald.waitUntilAnnounced("web", at: Site.ipv4(100))
                }
                try site.herald.apply(Manifest(name: "late", addresses: "10.0.1.119"))
                try site.herald.waitUntilAnnounced("late", at: Site.ipv4(119))
                #expect(try site.herald.running.isRunning)
            }
        }

        @Test("what would steer a terminal is neither logged nor shown by status")
        func unsteered() async throws {
            try await withSite(Settings()) { site in
                try site.herald.manifests.write("kind: [\n", as: "a\u{9B}31m\u{202E}b.yaml")
                try site.herald.waitForLog("services/a 31m b.yaml")
                let shown = try site.herald.log + site.herald.run("status").text
                #expect(!shown.unicodeScalars.contains { $0 == "\u{9B}" || $0 == "\u{202E}" })
            }
        }
    }

    /// The reading end of a small pipe with a name.
    private final class LogPipe {
        let path: String
        private let descriptor: Int32
        /// F_SETPIPE_SZ of fcntl(2).
        private static let setPipeSize: Int32 = 1031

        init(_ path: String) throws {
            self.path = path
            guard unsafe mkfifo(path, 0o600) == 0 else { throw LabError.system("mkfifo", code: errno) }
            // For reading alone: the writer sees it go.
            descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { throw LabError.system("open", code: errno) }
            guard fcntl(descriptor, Self.setPipeSize, 4096) >= 0 else { throw LabError.system("fcntl", code: errno) }
        }

        deinit { close(descriptor) }

        /// Whether a writer would have to wait.
        var isFull: Bool {
            let writer = unsafe open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            defer { close(writer) }
            var entry = pollfd(fd: writer, events: Int16(POLLOUT), revents: 0)
            return unsafe writer >= 0 && poll(&entry, 1, 0) == 0
        }

        /// Reads until nothing comes for so many milliseconds.
        func read(quiet: Int32) -> String {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while unsafe poll(&entry, 1, quiet) > 0 {
                let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
                guard count > 0 else { break }
                all += buffer[..<count]
            }
            return String(decoding: all, as: UTF8.self)
        }
    }
}
