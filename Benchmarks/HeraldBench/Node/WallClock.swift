import Glibc
import Lab
import NetworkTypes

/// The clock of files and of `date`.
enum WallClock {
    /// Nanoseconds since 1970 as a time on the lab's clock.
    static func labTime(ofWall nanoseconds: Int64) -> MonotonicTime {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        let wall = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        return MonotonicTime(nanoseconds: nanoseconds - wall + LabClock.now.nanoseconds)
    }
}
