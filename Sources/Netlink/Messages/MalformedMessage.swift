/// A netlink message that does not hold what its header or its kind promises.
package enum MalformedMessage: Error, Equatable, CustomStringConvertible {
    /// The input ended before the value did.
    case truncated(needed: Int, available: Int)
    /// A length field smaller than the header it belongs to.
    case badLength(Int)
    /// A field that every message of this kind has is not there, or its value is out of range.
    case badField(String)

    package var description: String {
        switch self {
        case .truncated(let needed, let available):
            "truncated: \(needed) octets needed, \(available) left"
        case .badLength(let length): "a length field says \(length)"
        case .badField(let name): "\(name) is missing or out of range"
        }
    }
}
