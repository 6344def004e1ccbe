/// Puts the parts of one state of a node together, in whatever order and however often they come.
struct StateAssembly: Sendable {
    let version: UInt32
    private let count: Int
    private var parts: [Int: [UInt8]] = [:]

    init(of part: StatePart) {
        version = part.version
        count = part.count
    }

    /// The lowest number of a part that has not come.
    var firstMissing: Int { (0..<count).first { parts[$0] == nil } ?? count }

    /// The whole, once its last missing part comes; nil before, and for a part of something else.
    mutating func add(_ part: StatePart) -> [UInt8]? {
        guard part.version == version, part.count == count else { return nil }
        parts[part.index] = part.bytes
        guard parts.count == count else { return nil }
        return (0..<count).flatMap { parts[$0] ?? [] }
    }
}
