/// Memory and threads of several runs.
struct Footprint {
    private var resident: [Double] = []
    private var anonymous: [Double] = []
    private var threads: [Double] = []

    /// Notes what a process has now.
    mutating func take(_ running: Running) throws {
        resident.append(try running.memory("VmRSS"))
        anonymous.append(try running.memory("RssAnon"))
        threads.append(try running.status("Threads"))
    }

    /// Goals are in megabytes.
    func figures(_ when: String, resident most: Double?, anonymous mostAnonymous: Double) -> [Figure] {
        [
            Figure("memory \(when), resident", "MB", goal: most.map { .median($0) }, resident),
            Figure("memory \(when), anonymous", "MB", goal: .median(mostAnonymous), anonymous),
            Figure("threads \(when)", "", threads),
        ]
    }
}
