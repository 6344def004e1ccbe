/// Cuts a stream of chunks into lines, bounded in length.
struct LineReader: Sendable {
    /// A line longer than the bound.
    struct TooLong: Error {
        let limit: Int
    }

    private let limit: Int
    private var rest: [UInt8] = []

    /// Objects are at most 3 MiB at the API server's door, and grow a little behind it.
    init(limit: Int = 8 * 1024 * 1024) {
        self.limit = limit
    }

    /// The lines that a chunk completes, without their ends; empty lines are left out.
    mutating func read(_ chunk: [UInt8]) throws(TooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = chunk.startIndex
        while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
            try extend(with: chunk[start..<end])
            if !rest.isEmpty { lines.append(rest) }
            rest = []
            start = end + 1
        }
        try extend(with: chunk[start...])
        return lines
    }

    private mutating func extend(with part: ArraySlice<UInt8>) throws(TooLong) {
        guard part.count <= limit - rest.count else { throw TooLong(limit: limit) }
        rest += part
    }
}
