/// `arp`: how addresses are announced by ARP and NDP.
public struct ARPSettings: Hashable, Sendable {
    /// Where an owned address lives.
    public enum Attachment: String, Hashable, Sendable, CaseIterable {
        /// On the interface it is announced on, with a lifetime.
        case interface
        /// On a device that vanishes with the process, with a lifetime.
        case link
        /// Nowhere: it is answered from user space.
        case none
    }

    /// Which interfaces may announce; empty: the one whose subnet holds the address.
    public var interfaces: [InterfacePattern] = []
    /// Where an owned address lives.
    public var attach = Attachment.interface
    /// How long an attached address outlives the process: whole seconds, more than twice `refresh`.
    public var lifetime = Duration.seconds(5)
    /// How often the lifetime starts again.
    public var refresh = Duration.seconds(2)

    /// Every default.
    public init() {}
}
