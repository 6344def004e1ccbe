import Glibc
public import NetworkTypes
import Synchronization

/// A program that the lab started and that runs until it ends, is killed, or the lab goes.
public final class ChildProcess: Sendable {
    /// The process id, which is also that of its process group.
    public let pid: Int32
    /// What was asked to run, without the lab's own launcher before it.
    public let command: [String]

    private let reader: OutputReader
    /// Nil until the process was reaped; from then on its id may belong to a stranger.
    private let ending = Mutex<ExitStatus?>(nil)

    /// Octets kept of standard output, and of standard error.
    static let outputLimit = 64 << 20

    init(
        _ launch: Launch, showing command: [String], log: Descriptor? = nil
    ) throws(LabError) {
        let output = try Descriptor.makePipe()
        let errors = try Descriptor.makePipe()
        var launch = launch
        launch.output = output.write
        launch.errors = errors.write
        self.command = command
        reader = OutputReader(limit: Self.outputLimit, log: log)
        pid = try launch.start()
        try reader.start(reading: (output.read, errors.read))
    }

    /// Standard output so far.
    public var output: String { reader.output.text }
    /// Standard error so far.
    public var errors: String { reader.errors.text }

    /// Nil while it runs.
    public var status: ExitStatus? {
        ending.withLock { ending in
            if ending == nil { ending = Self.reap(pid) }
            return ending
        }
    }

    /// Whether it has not ended; a stopped process runs in this sense.
    public var isRunning: Bool { status == nil }

    /// Sends a signal to the process and its group; nothing happens once it has ended. The time is that before sending.
    @discardableResult
    public func signal(_ number: Int32) -> MonotonicTime {
        let sent = LabClock.now
        ending.withLock { ending in
            if ending == nil { ending = Self.reap(pid) }
            if ending == nil { _ = kill(-pid, number) }
        }
        return sent
    }

    /// SIGTERM to the group.
    @discardableResult
    public func terminate() -> MonotonicTime { signal(SIGTERM) }
    /// SIGKILL to the group.
    @discardableResult
    public func kill9() -> MonotonicTime { signal(SIGKILL) }
    /// Freezes the group (SIGSTOP).
    @discardableResult
    public func stop() -> MonotonicTime { signal(SIGSTOP) }
    /// Lets a frozen group go on (SIGCONT).
    @discardableResult
    public func resume() -> MonotonicTime { signal(SIGCONT) }

    /// Waits for the end and for the last of the output; throws `commandTimedOut` without killing.
    @discardableResult
    public func wait(timeout: Duration) throws(LabError) -> Output {
        let deadline = LabClock.now.advanced(by: timeout)
        var pause = Duration.microseconds(200)
        while true {
            if let status {
                waitForOutput()
                return result(status)
            }
            guard LabClock.now < deadline else {
                throw .commandTimedOut(command, after: timeout, partial: result(.killed(0)))
            }
            LabClock.sleep(for: pause)
            pause = min(pause * 3 / 2, .milliseconds(5))
        }
    }

    /// Waits until the text is on its standard error; throws at once when it ends before.
    func waitUntilItSays(_ text: String, within limit: Duration = .seconds(5)) throws(LabError) {
        try eventually("\(command.joined(separator: " ")) says '\(text)'", within: limit, every: .milliseconds(1)) {
            !isRunning || errors.contains(text)
        }
        if !errors.contains(text) { throw .commandFailed(command, try wait(timeout: limit)) }
    }

    /// SIGTERM, then SIGKILL to what is still there after `grace`; returns when it has ended.
    @discardableResult
    public func end(grace: Duration = .seconds(2)) throws(LabError) -> Output {
        terminate()
        do { return try wait(timeout: grace) } catch {
            kill9()
            return try wait(timeout: .seconds(5))
        }
    }

    private func result(_ status: ExitStatus) -> Output {
        Output(status: status, standardOutput: reader.output.bytes, standardError: reader.errors.bytes)
    }

    /// A grandchild may hold the pipes for ever, so this ends after half a second.
    private func waitForOutput() {
        let deadline = LabClock.now.advanced(by: .milliseconds(500))
        while !(reader.output.isAtEnd && reader.errors.isAtEnd), LabClock.now < deadline {
            LabClock.sleep(for: .microseconds(100))
        }
    }

    private static func reap(_ pid: pid_t) -> ExitStatus? {
        var word: Int32 = 0
        let result = unsafe waitpid(pid, &word, WNOHANG)
        if result == pid { return ExitStatus(word: word) }
        return result == -1 && errno == ECHILD ? .killed(0) : nil
    }
}
