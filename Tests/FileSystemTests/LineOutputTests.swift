import FileSystem
import Glibc
import Testing

@Suite("Line output")
struct LineOutputTests {
    /// A pipe: what is written to it, and what its reader finds.
    private struct Pipe: ~Copyable {
        let reader: Int32
        let writer: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(unsafe pipe(&ends) == 0)
            (reader, writer) = (ends[0], ends[1])
        }

        deinit {
            close(reader)
            close(writer)
        }

        /// Reads until nothing comes for so long.
        func read(quiet milliseconds: Int32) -> [UInt8] {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var entry = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            while unsafe poll(&entry, 1, milliseconds) > 0 {
                let count = unsafe Glibc.read(reader, &buffer, buffer.count)
                guard count > 0 else { break }
                all += buffer[..<count]
            }
            return all
        }

        func lines(quiet milliseconds: Int32) -> [String] {
            String(decoding: read(quiet: milliseconds), as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    private static func output(_ descriptor: Int32, capacity: Int = 1 << 20) -> LineOutput {
        LineOutput(descriptor: descriptor, capacity: capacity) { "dropped \($0)\n" }
    }

    @Test("what the descriptor takes is out when write returns")
    func atOnce() throws {
        let pipe = try Pipe()
        let output = Self.output(pipe.writer)
        output.write("one\n")
        output.write("two\n")
        #expect(pipe.lines(quiet: 0) == ["one", "two"])
    }

    @Test("while nobody reads, writers do not wait, and what fits comes out in order afterwards")
    func stalled() throws {
        let pipe = try Pipe()
        let output = Self.output(pipe.writer)
        let filler = String(repeating: "x", count: 990)
        let start = ContinuousClock.now
        for number in 0..<500 { output.write("\(number) \(filler)\n") }
        #expect(start.duration(to: .now) < .seconds(2))
        #expect(!output.flush(within: .milliseconds(20)))
        let numbers = pipe.lines(quiet: 300).map { $0.prefix { $0 != " " } }
        #expect(numbers == (0..<500).map { Substring("\($0)") })
        #expect(output.flush(within: .seconds(5)))
        output.write("last\n")
        #expect(pipe.lines(quiet: 0) == ["last"])
    }

    @Test("beyond the limit whole lines are dropped, and counted in a line")
    func dropped() throws {
        let pipe = try Pipe()
        let output = Self.output(pipe.writer, capacity: 10_000)
        let filler = String(repeating: "x", count: 990)
        for _ in 0..<500 { output.write("kept \(filler)\n") }
        let lines = pipe.lines(quiet: 300)
        let kept = lines.count { $0 == "kept \(filler)" }
        #expect(kept >= 64 && kept < 120)
        #expect(lines.last == "dropped \(500 - kept)")
        #expect(lines.count == kept + 1)
    }

    @Test("a line that is longer than a pipe takes at once comes out whole")
    func long() throws {
        let pipe = try Pipe()
        let output = Self.output(pipe.writer)
        let long = String(repeating: "y", count: 200_000)
        output.write(long + "\n")
        output.write("after\n")
        #expect(pipe.lines(quiet: 300) == [long, "after"])
    }

    @Test("without a reader lines are lost, and nothing else")
    func noReader() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        close(ends[0])
        let output = Self.output(ends[1])
        for _ in 0..<10 { output.write(String(repeating: "z", count: 5_000) + "\n") }
        output.write("short\n")
        #expect(output.flush(within: .seconds(5)))
        close(ends[1])
    }

    @Test("lines of many threads stay whole")
    func threads() async throws {
        let pipe = try Pipe()
        let output = Self.output(pipe.writer)
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask { for number in 0..<200 { output.write("\(writer) \(number) end\n") } }
            }
        }
        let lines = pipe.lines(quiet: 300)
        #expect(lines.count == 800)
        for writer in 0..<4 {
            let own = lines.filter { $0.hasPrefix("\(writer) ") }
            #expect(own == (0..<200).map { "\(writer) \($0) end" })
        }
    }
}
