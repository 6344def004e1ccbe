import FileSystem
import Logging
import NIOConcurrencyHelpers

/// What is made of files, and made anew when one of them changes.
///
/// Files that cannot be used leave in force what was made before, and are told of once.
final class FollowedFiles<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var stamps: [FileStamp] = []
        var told: String?
    }

    private let name: String
    private let paths: [String]
    private let make: @Sendable () throws -> Value
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    /// Reads nothing yet. `name` is that of the setting, for the log.
    init(_ name: String, _ paths: [String], logger: Logger, make: @escaping @Sendable () throws -> Value) {
        self.name = name
        self.paths = paths
        self.make = make
        self.logger = logger
    }

    /// As the files are now, or last could be used; nil when they never could.
    func current() -> Value? {
        state.withLockedValue { state in
            let stamps = paths.compactMap { try? FileStamp(of: $0) }
            if stamps.count == paths.count, stamps.count == state.stamps.count,
                zip(stamps, state.stamps).allSatisfy({ $0.promisesContents(of: $1) })
            {
                return state.value
            }
            state.stamps = stamps
            do {
                state.value = try make()
                if state.told != nil { logger.notice("can be used again", metadata: ["setting": "\(name)"]) }
                state.told = nil
            } catch {
                tell("\(error)", &state)
            }
            return state.value
        }
    }

    private func tell(_ sentence: String, _ state: inout State) {
        guard state.told != sentence else { return }
        state.told = sentence
        logger.error(
            state.value == nil ? "cannot be used" : "cannot be used; what was read before stays in force",
            metadata: ["setting": "\(name)", "error": "\(sentence)"])
    }
}
