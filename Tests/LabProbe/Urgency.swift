import Glibc

/// Puts a program before others, so that a busy machine is not mistaken for a broken network.
enum Urgency {
    /// Real-time scheduling for this thread and those it starts; where that is not allowed, nothing changes.
    static func claim() {
        var parameter = sched_param()
        parameter.sched_priority = 1
        _ = unsafe sched_setscheduler(0, SCHED_RR, &parameter)
    }
}
