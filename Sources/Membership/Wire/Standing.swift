/// What a node says about itself in every heartbeat, beside what it serves.
struct Standing: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    /// It is still listening to the others and takes nothing yet.
    static let settling = Standing(rawValue: 1)
    /// It hands over what it has.
    static let draining = Standing(rawValue: 2)
    /// It is not to own anything: not selected, or labelled so.
    static let excluded = Standing(rawValue: 4)
    /// It has let go of everything and is gone after this.
    static let leaving = Standing(rawValue: 8)

    static let known: Standing = [.settling, .draining, .excluded, .leaving]
}
