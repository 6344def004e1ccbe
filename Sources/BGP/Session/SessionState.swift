/// The states of RFC 4271 section 8.2.2; with two connections at a time, the state of the one that has come further.
public enum SessionState: String, Sendable, CaseIterable {
    case idle = "Idle"
    case connect = "Connect"
    case active = "Active"
    case openSent = "OpenSent"
    case openConfirm = "OpenConfirm"
    case established = "Established"
}
