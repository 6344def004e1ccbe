import BGP

/// What a process that has just begun knows of the one before it: a pure value.
struct FormerProcess {
    /// Whether addresses that it held are still on this host.
    var hasLeftAddresses = false
    /// How long the machine has run.
    var uptime: Duration

    /// Whether packets were forwarded all the time for which a peer may have kept routes (RFC 4724 section 4.1).
    ///
    /// What herald held goes a few seconds after it, and what kube-proxy has set up stays: that ends with the machine
    /// alone. A machine that has run for longer than any peer keeps routes was not restarted meanwhile.
    func hasForwarded(for session: SessionConfiguration) -> Bool {
        guard let restart = session.gracefulRestart else { return false }
        let memory = Duration.seconds(Int64(restart.restartTime)) + (session.holdTime.duration ?? .zero)
        return hasLeftAddresses || uptime > memory
    }
}
