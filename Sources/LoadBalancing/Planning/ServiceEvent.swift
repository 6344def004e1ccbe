public import IPAM

/// Something that happened to a Service and that a person may want to know.
public struct ServiceEvent: Hashable, Sendable {
    /// What happened, as the Kubernetes Event's `reason` spells it.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        case addressAllocated = "AddressAllocated"
        case addressReleased = "AddressReleased"
        case allocationFailed = "AllocationFailed"
        case announcing = "Announcing"
        case announcingFailed = "AnnouncingFailed"
        case addressConflict = "AddressConflict"
        case outOfPool = "OutOfPool"
    }

    /// The Service it happened to.
    public var service: ServiceKey
    /// `metadata.uid` of that Service; empty where the source knows none.
    public var uid: String
    /// Decides whether it is a warning, too.
    public var reason: Reason
    /// A sentence for people, of any length; the Kubernetes source cuts it at 1024 octets.
    public var message: String

    /// When it happened is for whoever publishes it to note.
    public init(service: ServiceKey, uid: String, reason: Reason, message: String) {
        self.service = service
        self.uid = uid
        self.reason = reason
        self.message = message
    }

    /// Whether the event reports trouble (Kubernetes' type `Warning`).
    public var isWarning: Bool {
        switch reason {
        case .addressAllocated, .addressReleased, .announcing: false
        case .allocationFailed, .announcingFailed, .addressConflict, .outOfPool: true
        }
    }
}
