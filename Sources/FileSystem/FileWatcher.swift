internal import CLinux
internal import Glibc

/// Says when files or directories may have changed.
///
/// A path is followed through its symbolic links, and each directory on the way is watched, so that all of these are
/// noticed: writing in place, renaming over, removal and re-creation of the file or of a directory above it, appearance
/// of what was missing, and the swap of the `..data` link by which Kubernetes updates a ConfigMap or Secret. A path that
/// names a directory also stands for the entries in it, not for what is below them or what their links lead to.
///
/// Not noticed: changes below a directory that may not be read, by another host on a network file system, and something
/// mounted over a directory. Read the files once after the watcher is made, then again at each element of `changes`.
public final class FileWatcher: Sendable {
    /// "Look again." Bursts are one element, and at most one waits; ends with `stop()`.
    public let changes: AsyncStream<Void>
    private let stopper: Stopper

    /// Begins to watch, on a thread of its own.
    ///
    /// A change is told once nothing has happened for `quiet`, and not later than ten times that after it began.
    /// Relative paths are taken from the present working directory. Throws when the system's number of inotify
    /// instances or watches is used up; should the latter happen later, `changes` has an element every ten seconds.
    public init(paths: [String], quiet: Duration = .milliseconds(50)) throws(FileError) {
        let tree = try WatchTree(paths: paths)
        let stopper = try Stopper()
        self.stopper = stopper
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.changes = changes
        continuation.onTermination = { _ in stopper.stop() }
        try WatcherThread.start(WatcherThread(tree: tree, stopper: stopper, quiet: quiet, continuation: continuation))
    }

    deinit { stopper.stop() }

    /// Ends `changes` and the thread. Harmless when repeated.
    public func stop() {
        stopper.stop()
    }
}

/// Ends the watcher's thread: an eventfd that becomes readable for good.
final class Stopper: Sendable {
    let number: Int32

    init() throws(FileError) {
        number = try check(eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)), "watch", "(eventfd)")
    }

    deinit { _ = close(number) }

    func stop() {
        _ = eventfd_write(number, 1)
    }
}
