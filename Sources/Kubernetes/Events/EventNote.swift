/// Something to tell the owner of an object.
public struct EventNote: Hashable, Sendable {
    /// Whether anything is wrong.
    public enum Severity: String, Hashable, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// What it is about.
    public var regarding: ObjectReference
    /// `warning` when someone should act.
    public var severity: Severity
    /// Why, in CamelCase, as in `AddressAssigned`.
    public var reason: String
    /// What was done, in CamelCase, as in `Allocate`.
    public var action: String
    /// A sentence; cut at 1024 octets.
    public var text: String

    /// A note to be recorded.
    public init(_ regarding: ObjectReference, _ severity: Severity, reason: String, action: String, _ text: String) {
        self.regarding = regarding
        self.severity = severity
        self.reason = reason
        self.action = action
        self.text = text
    }

    private static let longestText = 1024

    /// The text within the limit of the API, cut between characters.
    var shortText: String {
        guard text.utf8.count > Self.longestText else { return text }
        var short = ""
        var length = 0
        for character in text {
            length += character.utf8.count
            guard length <= Self.longestText else { break }
            short.append(character)
        }
        return short
    }
}
