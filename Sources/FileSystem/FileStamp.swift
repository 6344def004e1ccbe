internal import CLinux
internal import Glibc

/// What tells, without reading, whether a file may have other contents than before: which file it is, its size, and when
/// it was changed.
public struct FileStamp: Hashable, Sendable {
    /// How long after a change another one may leave the times as they are: more than the tick of the kernel's clock.
    private static let tick: Int64 = 50_000_000

    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: Int64
    private let changed: Int64
    private let isSettled: Bool

    /// The stamp of what `path` leads to, symbolic links followed. Take it before reading the contents.
    public init(of path: String) throws(FileError) {
        var status = stat()
        try check(unsafe stat(path, &status), "read", path)
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Self.nanoseconds(status.st_mtim)
        changed = Self.nanoseconds(status.st_ctim)
        let age = Self.nanoseconds(now).subtractingReportingOverflow(changed)
        isSettled = !age.overflow && age.partialValue.magnitude > Self.tick.magnitude
    }

    /// Whether the contents are those that were read after `former` was taken. False when in doubt.
    public func promisesContents(of former: FileStamp) -> Bool {
        former.isSettled && device == former.device && inode == former.inode && size == former.size
            && modified == former.modified && changed == former.changed
    }

    /// Wraps for times of other centuries, which does no harm where only equality matters.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
