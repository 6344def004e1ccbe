public import IPAM

/// Something that happened to a Service and that a person may want to know.
public struct ServiceEvent: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        case addressAllocated = "AddressAllocated"
        case addressReleased = "AddressReleased"
        case allocationFailed = "AllocationFailed"
        case announcing = "Announcing"
        case announcingFailed = "AnnouncingFailed"
        case addressConflict = "AddressConflict"
        case outOfPool = "OutOfPool"
    }

    public var service: ServiceKey
    public var uid: String
    public var reason: Reason
    public var message: String

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
