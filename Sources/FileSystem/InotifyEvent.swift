internal import CLinux
internal import Glibc

/// One event as inotify reports it.
struct InotifyEvent: Equatable {
    /// wd, mask, cookie and len, each four octets.
    private static let headerLength = 16

    let watch: Int32
    let mask: UInt32
    /// The entry of the watched directory, or empty when the directory itself is meant.
    let name: String

    /// The kernel's queue was full, and events are lost.
    var isOverflow: Bool { mask & UInt32(IN_Q_OVERFLOW) != 0 }

    /// The events in what a read returned; an incomplete one at the end is left out.
    static func all(in octets: ArraySlice<UInt8>) -> [InotifyEvent] {
        var events: [InotifyEvent] = []
        var rest = octets
        while rest.count >= headerLength {
            let length = Int(number(rest.dropFirst(12)))
            guard rest.count - headerLength >= length else { break }
            let name = rest.dropFirst(headerLength).prefix(length).prefix { $0 != 0 }
            events.append(
                InotifyEvent(
                    watch: Int32(bitPattern: number(rest)), mask: number(rest.dropFirst(4)),
                    name: String(decoding: name, as: UTF8.self)))
            rest = rest.dropFirst(headerLength + length)
        }
        return events
    }

    /// In the machine's order; `octets` holds at least four.
    private static func number(_ octets: ArraySlice<UInt8>) -> UInt32 {
        unsafe octets.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt32.self) }
    }
}
