import Glibc

/// Runs a program to its end on a thread of its own, with nothing on its input and in a process group of its own.
enum Subprocess {
    enum Failure: Error, Hashable, CustomStringConvertible {
        case notStarted
        case failed(Int32)
        case tooSlow
        case tooMuchOutput

        var description: String {
            switch self {
            case .notStarted: "cannot be started"
            case .failed(let status): "ended with status \(status)"
            case .tooSlow: "did not end in time"
            case .tooMuchOutput: "printed too much"
            }
        }
    }

    private final class Job: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// The program's output; its standard error goes to ours. What it started does not outlive a failure.
    ///
    /// `timeLimit` holds for what it prints and for its end together.
    static func run(
        _ command: String, _ arguments: [String], environment: [String: String], outputLimit: Int,
        timeLimit: Duration
    ) async -> Result<[UInt8], Failure> {
        await withCheckedContinuation { continuation in
            let isStarted = detach {
                continuation.resume(
                    returning: runBlocking(
                        command, arguments, environment, outputLimit: outputLimit, timeLimit))
            }
            if !isStarted { continuation.resume(returning: .failure(.notStarted)) }
        }
    }

    private static func detach(_ run: @escaping @Sendable () -> Void) -> Bool {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(Job(run)).toOpaque()
        let code = unsafe pthread_create(
            &thread, nil,
            { context in
                if let context = unsafe context {
                    unsafe Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run()
                }
                return nil
            }, context)
        guard code == 0 else {
            unsafe Unmanaged<Job>.fromOpaque(context).release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private static func runBlocking(
        _ command: String, _ arguments: [String], _ environment: [String: String], outputLimit: Int,
        _ timeLimit: Duration
    ) -> Result<[UInt8], Failure> {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return .failure(.notStarted) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        guard let process = spawn(command, arguments, environment, output: ends[1]) else {
            close(ends[0])
            close(ends[1])
            return .failure(.notStarted)
        }
        close(ends[1])
        defer { close(ends[0]) }
        let result = follow(
            process, output: ends[0], upTo: outputLimit, until: ContinuousClock.now.advanced(by: timeLimit))
        // The numbers of both are nobody else's until the process is collected; it may have left its group.
        if case .failure = result {
            kill(-process, SIGKILL)
            kill(process, SIGKILL)
        }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        return result
    }

    private static func follow(
        _ process: pid_t, output: Int32, upTo limit: Int, until deadline: ContinuousClock.Instant
    ) -> Result<[UInt8], Failure> {
        let octets = read(output, upTo: limit, until: deadline)
        guard case .success = octets else { return octets }
        guard let status = waitForEnd(of: process, until: deadline) else { return .failure(.tooSlow) }
        return status == 0 ? octets : .failure(.failed(status))
    }

    /// The exit status, or 128 and the signal that ended the process; nil when it does not end in time. Leaves it to be
    /// collected.
    private static func waitForEnd(of process: pid_t, until deadline: ContinuousClock.Instant) -> Int32? {
        repeat {
            var end = unsafe siginfo_t()
            // One that cannot be waited for is gone, and nobody knows how.
            guard unsafe waitid(P_PID, id_t(process), &end, WEXITED | WNOHANG | WNOWAIT) == 0 else { return 0 }
            if unsafe end.si_signo == SIGCHLD {
                let status = unsafe end._sifields._sigchld.si_status
                return unsafe end.si_code == Int32(CLD_EXITED) ? status : 128 + status
            }
            usleep(10_000)
        } while ContinuousClock.now < deadline
        return nil
    }

    private static func read(
        _ descriptor: Int32, upTo limit: Int, until deadline: ContinuousClock.Instant
    ) -> Result<[UInt8], Failure> {
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return .failure(.tooSlow) }
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let milliseconds = Int32(clamping: left.components.seconds * 1000 + 1)
            guard unsafe poll(&poller, 1, min(milliseconds, 1000)) > 0 else { continue }
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .success(octets) }
            octets += chunk.prefix(count)
            guard octets.count <= limit else { return .failure(.tooMuchOutput) }
        }
    }

    private static func spawn(
        _ command: String, _ arguments: [String], _ environment: [String: String], output: Int32
    ) -> pid_t? {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        setGroupAndSignals(&attributes)
        var process = pid_t()
        let words = [command] + arguments
        let variables = environment.map { "\($0.key)=\($0.value)" }
        guard (words + variables).allSatisfy({ !$0.utf8.contains(0) }) else { return nil }
        let code = unsafe withCStrings(words) { words in
            unsafe withCStrings(variables) { variables in
                unsafe posix_spawnp(&process, command, &actions, &attributes, words, variables)
            }
        }
        return code == 0 ? process : nil
    }

    /// A group of its own, and neither the signals that our threads block nor those that we ignore.
    private static func setGroupAndSignals(_ attributes: inout posix_spawnattr_t) {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    /// A list of C strings that ends in nil.
    private static func withCStrings<Value>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: strings.count + 1)
        defer { unsafe list.deallocate() }
        for (position, string) in strings.enumerated() {
            unsafe (list + position).initialize(to: strdup(string))
        }
        unsafe (list + strings.count).initialize(to: nil)
        defer { for position in strings.indices { unsafe free(list[position]) } }
        return unsafe body(list)
    }
}
