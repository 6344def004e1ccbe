import Glibc
import Lab
import NetworkTypes

/// Says on standard error how far the run is.
enum Progress {
    private static let start = LabClock.now

    static func note(_ text: String) {
        let seconds = start.duration(to: LabClock.now).components.seconds
        var line = "[\(seconds) s] \(text)\n"
        line.withUTF8 { _ = unsafe write(2, $0.baseAddress, $0.count) }
    }
}
