import Lab
import NetworkTypes

/// Taking times.
enum Samples {
    /// Nanoseconds that the work takes.
    static func nanoseconds(_ work: () throws -> Void) rethrows -> Double {
        let start = LabClock.now.nanoseconds
        try work()
        return Double(LabClock.now.nanoseconds - start)
    }

    /// The middle one; 0 of none.
    static func median(_ samples: [Double]) -> Double {
        samples.isEmpty ? 0 : samples.sorted()[samples.count / 2]
    }
}
