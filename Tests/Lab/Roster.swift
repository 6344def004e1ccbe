import Synchronization

/// The programs that run in a lab, so that none is left when it closes.
final class Roster: Sendable {
    let folder: String

    private struct State {
        var processes: [ChildProcess] = []
        var lastFile = 0
    }

    private let state = Mutex(State())

    init(folder: String) {
        self.folder = folder
    }

    func add(_ process: ChildProcess) {
        state.withLock { state in
            state.processes.removeAll { !$0.isRunning }
            state.processes.append(process)
        }
    }

    /// A path in the lab's folder that nobody uses yet.
    func makePath(_ stem: String, _ ending: String) -> String {
        let number = state.withLock { state in
            state.lastFile += 1
            return state.lastFile
        }
        return "\(folder)/\(stem)-\(number).\(ending)"
    }

    func killAll() {
        for process in state.withLock({ $0.processes }) { process.kill9() }
    }

    func waitForAll() throws(LabError) {
        for process in state.withLock({ $0.processes }) { try process.wait(timeout: .seconds(5)) }
    }
}
