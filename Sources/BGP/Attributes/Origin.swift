/// Where a route came from when it was first announced (RFC 4271 section 5.1.1).
public enum Origin: UInt8, Sendable, CaseIterable {
    case igp = 0
    case egp = 1
    case incomplete = 2

    init(value: ArraySlice<UInt8>) throws(AttributeError) {
        guard let code = value.first, value.count == 1 else { throw .length }
        guard let origin = Origin(rawValue: code) else { throw .value(.invalidOrigin) }
        self = origin
    }
}
