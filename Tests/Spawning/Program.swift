import Glibc
import Synchronization

/// A program that a test runs, without a shell.
///
/// Its end is known by `waitpid` alone, so that descriptors which other programs of the tests inherit cannot hide it.
public final class Program: Sendable {
    /// Why a program cannot be run.
    public struct NotStarted: Error, CustomStringConvertible {
        /// What was run, and the reason that the system gives or the exit status.
        public let description: String
    }

    /// Its process id; once the end was seen, it may be another's.
    public let pid: Int32
    private let status = Mutex<Int32?>(nil)

    /// Starts the program; what it prints goes to the file `log`, or nowhere.
    public init(_ path: String, _ arguments: [String], log: String? = nil) throws(NotStarted) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        let output = O_WRONLY | O_CREAT | O_TRUNC
        unsafe posix_spawn_file_actions_addopen(&actions, 1, log ?? "/dev/null", output, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let result = unsafe posix_spawnp(&pid, path, &actions, nil, words, environ)
        guard result == 0 else {
            throw NotStarted(description: unsafe "cannot run \(path): \(String(cString: strerror(result)))")
        }
        self.pid = pid
    }

    /// Ends a program that still runs.
    deinit {
        guard isRunning else { return }
        kill(pid, SIGKILL)
        wait()
    }

    /// Whether it has not ended yet.
    public var isRunning: Bool { collect(WNOHANG) == nil }

    /// Blocks until it has ended, and returns the exit status; 128 and more for one that a signal ended.
    @discardableResult
    public func wait() -> Int32 {
        collect(0) ?? -1
    }

    private func collect(_ options: Int32) -> Int32? {
        status.withLock { status in
            if let status { return status }
            var raw: Int32 = 0
            guard unsafe waitpid(pid, &raw, options) == pid else { return nil }
            let signal = raw & 0x7F
            status = signal == 0 ? raw >> 8 & 0xFF : 128 + signal
            return status
        }
    }

    /// Runs a program to its end; throws unless its exit status is 0.
    public static func run(_ path: String, _ arguments: [String], log: String? = nil) throws(NotStarted) {
        let status = try Program(path, arguments, log: log).wait()
        guard status == 0 else {
            throw NotStarted(description: "\(path) \(arguments.joined(separator: " ")): exit status \(status)")
        }
    }
}
