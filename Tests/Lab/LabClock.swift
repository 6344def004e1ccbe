import Glibc
public import NetworkTypes

/// The clock of every time stamp the lab hands out: `CLOCK_BOOTTIME`, the same in every namespace and process.
public enum LabClock {
    /// Now, in nanoseconds since boot.
    public static var now: MonotonicTime { MonotonicTime(nanoseconds: nanoseconds(of: CLOCK_BOOTTIME)) }

    /// Blocks the thread; not for threads of Swift's own pool (see `withLab`).
    public static func sleep(for duration: Duration) {
        let end = now.advanced(by: duration).nanoseconds
        guard end > 0 else { return }
        var time = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
        while unsafe clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &time, nil) == EINTR {}
    }

    /// What to subtract from a wall-clock time in nanoseconds, as captures record it, to get the time on this clock.
    static var wallOffset: Int64 { nanoseconds(of: CLOCK_REALTIME) - nanoseconds(of: CLOCK_BOOTTIME) }

    private static func nanoseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
