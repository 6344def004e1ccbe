import Glibc

/// The time of day, by which the cluster says since when a node is not ready.
enum WallClock {
    /// Seconds since 1970.
    static var seconds: Int64 { Int64(time(nil)) }
}
