/// Octets that wait to be sent, up to a limit.
struct SendQueue {
    let limit: Int
    private var octets: [UInt8] = []
    private var sent = 0

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { octets.count - sent }
    var isEmpty: Bool { count == 0 }
    var unsent: ArraySlice<UInt8> { octets[sent...] }

    /// False, with nothing taken, when that would be more than the limit.
    mutating func append(_ new: [UInt8]) -> Bool {
        guard new.count <= limit - count else { return false }
        octets += new
        return true
    }

    /// Takes away what was sent; moves the rest up once half of the room is used.
    mutating func removeFirst(_ number: Int) {
        sent += min(number, count)
        guard sent > octets.count / 2 else { return }
        octets.removeFirst(sent)
        sent = 0
    }
}
