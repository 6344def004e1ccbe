/// Something wrong in an UPDATE that does not end the session, and what is done about it (RFC 7606 section 2).
public struct UpdateFault: Hashable, Sendable {
    /// The approaches of RFC 7606, weakest first; the strongest, session reset, is an error thrown instead.
    public enum Handling: UInt8, Comparable, Sendable, CaseIterable {
        case attributeDiscard
        case treatAsWithdraw
        case familyDisable

        /// By strength.
        public static func < (left: Handling, right: Handling) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// What is wrong.
    public enum Kind: UInt8, Sendable, CaseIterable {
        case wrongFlags
        case wrongLength
        case wrongValue
        case duplicate
        case missing
        /// The list of attributes ends in the middle of one.
        case truncatedList
        /// Right in itself, but not for this peer: LOCAL_PREF over eBGP, AS4_PATH between speakers of four octets.
        case notForThisPeer
    }

    /// The type code of the attribute; nil for a list that is cut off before one.
    public var attribute: UInt8?
    /// What is wrong with it.
    public var kind: Kind
    /// What is done about it.
    public var handling: Handling
    /// What RFC 4271 would have ended the session with.
    public var notification: NotificationMessage
}

extension UpdateFault: CustomStringConvertible {
    /// Attribute, fault and consequence in a phrase.
    public var description: String {
        let name =
            attribute.map { AttributeType(rawValue: $0)?.description ?? "attribute \($0)" }
            ?? "list of attributes"
        return "\(name): \(kindText), \(handlingText)"
    }

    private var kindText: String {
        switch kind {
        case .wrongFlags: "wrong flags"
        case .wrongLength: "wrong length"
        case .wrongValue: "wrong value"
        case .duplicate: "more than one"
        case .missing: "missing"
        case .truncatedList: "cut off"
        case .notForThisPeer: "not for this kind of peer"
        }
    }

    private var handlingText: String {
        switch handling {
        case .attributeDiscard: "attribute discarded"
        case .treatAsWithdraw: "routes treated as withdrawn"
        case .familyDisable: "family ignored from now on"
        }
    }
}
