public import NetworkTypes

/// A frame of a capture, as far as it was asked for.
public struct Frame: Sendable {
    /// Its place in the capture, from 1.
    public let number: Int
    /// When it was seen, on the lab's clock.
    public let time: MonotonicTime
    /// Every occurrence of each field that was asked for, in Wireshark's notation.
    public let fields: [String: [String]]

    /// The first occurrence of a field; nil when the frame has none.
    public subscript(_ field: String) -> String? { fields[field]?.first }
}
