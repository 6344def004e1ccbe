import FileSystem
import Glibc

/// What the kernel knows of this process, under the names that every Prometheus client uses.
public enum ProcessMetrics {
    /// Empty where /proc cannot be read.
    ///
    /// - Parameter started: In seconds since 1970.
    public static func samples(started: Double) -> [MetricSample] {
        var samples = [
            MetricSample("process_start_time_seconds", [], started),
            MetricSample("process_cpu_seconds_total", [], processorTime()),
        ]
        if let pages = words(of: "/proc/self/statm"), pages.count > 1 {
            let size = Double(sysconf(Int32(_SC_PAGESIZE)))
            samples.append(MetricSample("process_virtual_memory_bytes", [], pages[0] * size))
            samples.append(MetricSample("process_resident_memory_bytes", [], pages[1] * size))
        }
        if let count = entries(of: "/proc/self/fd") { samples.append(MetricSample("process_open_fds", [], count)) }
        if let count = entries(of: "/proc/self/task") { samples.append(MetricSample("process_threads", [], count)) }
        return samples
    }

    private static func processorTime() -> Double {
        var usage = rusage()
        guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func words(of file: String) -> [Double]? {
        guard let bytes = try? BoundedFile.read(file, limit: 4_096) else { return nil }
        return bytes.split { $0 == 32 || $0 == 10 }.compactMap { Double(String(decoding: $0, as: UTF8.self)) }
    }

    private static func entries(of directory: String) -> Int? {
        guard let stream = unsafe opendir(directory) else { return nil }
        defer { unsafe closedir(stream) }
        var count = 0
        while unsafe readdir(stream) != nil { count += 1 }
        // "." and "..", and for fd the one that is open for this.
        return max(count - 2, 0)
    }
}
