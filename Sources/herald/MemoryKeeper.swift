import CLinux
import FileSystem
import Glibc
import ServiceLifecycle

/// Gives memory back to the kernel: once the code that only the start needed, and after each burst of work what it took and
/// set free again, which lies between what stays, and which the C library would keep for good.
struct MemoryKeeper: Service {
    private static let interval = Duration.seconds(2)
    /// Below this growth it is not worth the walk through the heap.
    private static let leastGrowth = 2 << 20
    /// Time on a processor in an interval, in nanoseconds, with more than which the work still goes on.
    private static let calm: Int64 = 200_000_000
    /// Who wakes so much too late is on a machine whose cores are busy. The heap has one lock: who walks through it and has
    /// to wait for a core makes all threads wait, those too that must not.
    private static let lateness = Duration.milliseconds(100)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var isStarting = true
            var known = 0
            var time = Self.processorTime()
            while let late = await Self.sleep() {
                let now = Self.processorTime()
                defer { time = now }
                guard now - time < Self.calm, late < Self.lateness else { continue }
                if isStarting { herald_unmap_idle_code() }
                isStarting = false
                guard Self.privateMemory() > known + Self.leastGrowth else { continue }
                herald_give_back_memory()
                known = Self.privateMemory()
            }
        }
    }

    /// How much longer than an interval it was; nil once cancelled.
    private static func sleep() async -> Duration? {
        let start = ContinuousClock.now
        guard (try? await Task.sleep(for: interval, tolerance: .zero)) != nil else { return nil }
        return start.duration(to: .now) - interval
    }

    /// In octets; 0 where /proc cannot be read.
    private static func privateMemory() -> Int {
        guard let text = try? BoundedFile.read("/proc/self/statm", limit: 4_096) else { return 0 }
        let pages = text.split { $0 == 32 || $0 == 10 }.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        guard pages.count > 2 else { return 0 }
        return (pages[1] - pages[2]) * sysconf(Int32(_SC_PAGESIZE))
    }

    private static func processorTime() -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
