import Glibc
import Synchronization

/// A program about to be started.
struct Launch: Sendable {
    /// Path or name of the program, then its arguments.
    var command: [String]
    /// Added to the environment of this process.
    var environment: [String: String] = [:]
    var input: Descriptor?
    var output: Descriptor?
    var errors: Descriptor?

    /// One thread that never ends starts every child, because `PR_SET_PDEATHSIG` fires when the *thread* that started
    /// the child ends.
    private static let thread = Result<WorkerThread, LabError> { () throws(LabError) in
        try WorkerThread(named: "herald-launch")
    }

    /// Held while a descriptor exists that a child could inherit by accident.
    static let inheritance = Mutex(())

    /// Starts the program as the leader of a process group of its own, with every signal at its default.
    func start() throws(LabError) -> pid_t {
        let null = try Descriptor.open("/dev/null", O_RDWR)
        let outcome = try Self.thread.get().sync {
            Self.inheritance.withLock { _ in spawn(null: null) }
        }
        guard outcome.code == 0 else {
            throw .system("start of \(command.first ?? "nothing")", code: outcome.code)
        }
        return outcome.pid
    }

    private func spawn(null: Descriptor) -> (pid: pid_t, code: Int32) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in [input, output, errors].enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, (source ?? null).number, Int32(target))
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        Self.resetSignals(&attributes)

        var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
        var variables = unsafe mergedEnvironment().map { unsafe strdup($0) } + [nil]
        defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
        var pid: pid_t = 0
        guard let program = unsafe arguments[0] else { return (0, EINVAL) }
        let code = unsafe posix_spawnp(&pid, program, &actions, &attributes, &arguments, &variables)
        return (pid, code)
    }

    private static func resetSignals(_ attributes: inout posix_spawnattr_t) {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    private func mergedEnvironment() -> [String] {
        var variables: [String] = []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            let text = unsafe String(cString: entry)
            if environment[String(text.prefix { $0 != "=" })] == nil { variables.append(text) }
            unsafe next += 1
        }
        return variables + environment.map { "\($0)=\($1)" }
    }
}
