import FoundationEssentials
import Glibc

/// Which thread this was made on.
struct ThreadMark: Equatable, Sendable {
    private let thread = pthread_self()
    let name = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
}
