/// One thing that is new, different or gone, or all of it at once.
public enum NetlinkChange: Equatable, Sendable {
    /// New or different; the whole link as it is now.
    case link(Link)
    case linkRemoved(Link)
    /// New or different in more than how long it stays.
    case address(InterfaceAddress)
    /// Removed or expired.
    case addressRemoved(InterfaceAddress)
    /// Everything, read again: it replaces whatever was known. The first change of a monitor, and the one after a loss.
    case resynchronised(NetworkState)
}
