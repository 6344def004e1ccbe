/// The watching of one descriptor by a `PacketLoop`, which goes on until `cancel()` or the end of the loop.
public final class Watch: Sendable {
    private let loop: PacketLoop
    private let token: UInt64

    init(on loop: PacketLoop, token: UInt64) {
        self.loop = loop
        self.token = token
    }

    /// Changes what is waited for; with an empty interest nothing at all is reported.
    public func update(_ interest: Interest) {
        loop.updateWatch(token, interest)
    }

    /// Ends the watching and lets go of the handler and the descriptor.
    ///
    /// Called on the loop's thread, no callback comes after it, not even for what was already reported as ready.
    /// Called elsewhere, one that has begun may still be running.
    public func cancel() {
        loop.cancelWatch(token)
    }
}
