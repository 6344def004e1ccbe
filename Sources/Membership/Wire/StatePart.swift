import NetworkTypes

/// One of the numbered parts into which an encoded `NodeState` is split.
struct StatePart: Equatable, Sendable {
    /// Octets of a part, so that a datagram with the longest node name stays within its limit.
    static let maximumLength = 1_024
    /// Parts of a state: half a megabyte in all.
    static let maximumCount = 512

    /// Which of the sender's states; says nothing across incarnations.
    var version: UInt32
    /// From 0.
    var index: Int
    /// At least 1.
    var count: Int
    var bytes: [UInt8]

    init(version: UInt32, index: Int, count: Int, bytes: [UInt8]) {
        self.version = version
        self.index = index
        self.count = count
        self.bytes = bytes
    }

    /// Nil when the numbers contradict each other or a limit.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        version = try reader.uint32()
        index = Int(try reader.uint16())
        count = Int(try reader.uint16())
        let length = Int(try reader.uint16())
        guard count <= Self.maximumCount, index < count, length <= Self.maximumLength else { return nil }
        bytes = Array(try reader.slice(length))
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(version)
        writer.write(UInt16(truncatingIfNeeded: index))
        writer.write(UInt16(truncatingIfNeeded: count))
        writer.write(UInt16(truncatingIfNeeded: bytes.count))
        writer.write(bytes)
    }

    /// The parts of an encoded state; what exceeds `maximumCount` parts is a programmer's error that `NodeState` rules out.
    static func parts(of state: [UInt8], version: UInt32) -> [StatePart] {
        let count = max(1, (state.count + maximumLength - 1) / maximumLength)
        return (0..<count).map { index in
            let bytes = state.dropFirst(index * maximumLength).prefix(maximumLength)
            return StatePart(version: version, index: index, count: count, bytes: Array(bytes))
        }
    }
}
