/// Why a session left the Up state last (RFC 5880 section 4.1); any code of five bits, known or not.
public struct Diagnostic: RawRepresentable, Hashable, Sendable {
    /// 0 to 31.
    public let rawValue: UInt8

    /// Takes the low five bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue & 0x1F
    }

    /// Nothing has happened.
    public static let none = Diagnostic(rawValue: 0)
    /// Nothing was heard for the detection time.
    public static let detectionTimeExpired = Diagnostic(rawValue: 1)
    /// The other side has said that it is down.
    public static let neighborSignaledDown = Diagnostic(rawValue: 3)
    /// Someone has switched the session off.
    public static let administrativelyDown = Diagnostic(rawValue: 7)
}

extension Diagnostic: CustomStringConvertible {
    /// In words, for a log.
    public var description: String {
        switch rawValue {
        case 0: "no diagnostic"
        case 1: "detection time expired"
        case 2: "echo failed"
        case 3: "neighbor signaled session down"
        case 4: "forwarding plane reset"
        case 5: "path down"
        case 6: "concatenated path down"
        case 7: "administratively down"
        case 8: "reverse concatenated path down"
        default: "diagnostic \(rawValue)"
        }
    }
}
