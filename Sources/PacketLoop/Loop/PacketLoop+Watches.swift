internal import Glibc
internal import Synchronization

/// The descriptors that a loop watches, by a number that is never used twice.
struct WatchTable {
    struct Entry {
        let descriptor: Descriptor
        var interest: Interest
        let handler: @Sendable (Readiness) -> Void
    }

    var entries: [UInt64: Entry] = [:]
    var isClosed = false
    private var lastToken = Poller.firstFreeToken

    mutating func nextToken() -> UInt64 {
        lastToken += 1
        return lastToken
    }
}

extension PacketLoop {
    /// Calls `handler` on the loop's thread each turn in which the descriptor is ready for what `interest` names.
    ///
    /// Level-triggered: what is not read is reported again in the next turn, so a handler need not empty a socket, and
    /// should not, lest others wait. On `.failed` it must make the call that fetches the error, or cancel. May be called
    /// from any thread. A descriptor can be watched once; the loop keeps it open until the watch is cancelled.
    public func watch(
        _ descriptor: Descriptor, for interest: Interest, handler: @escaping @Sendable (Readiness) -> Void
    ) throws(SystemError) -> Watch {
        let added = watches.withLock { table in
            Result { () throws(SystemError) in
                guard !table.isClosed else { throw SystemError("watch", on: "loop \(name)", code: ECANCELED) }
                let token = table.nextToken()
                try poller.add(descriptor, interest, token: token)
                table.entries[token] = WatchTable.Entry(descriptor: descriptor, interest: interest, handler: handler)
                return token
            }
        }
        return Watch(on: self, token: try added.get())
    }

    func updateWatch(_ token: UInt64, _ interest: Interest) {
        watches.withLock { table in
            guard let entry = table.entries[token], entry.interest != interest else { return }
            table.entries[token]?.interest = interest
            poller.change(entry.descriptor, interest, token: token)
        }
    }

    func cancelWatch(_ token: UInt64) {
        // The entry is released outside the lock: its handler may hold the last reference to anything.
        let entry = watches.withLock { $0.entries.removeValue(forKey: token) }
        if let entry { poller.remove(entry.descriptor) }
    }

    /// Calls each ready descriptor's handler once.
    func dispatch(_ events: [Poller.Event]) {
        for event in events {
            guard let entry = watches.withLock({ $0.entries[event.token] }), entry.descriptor.isOpen else {
                continue
            }
            let readiness = entry.interest.admits(event.readiness)
            if !readiness.isEmpty { entry.handler(readiness) }
        }
    }

    func closeWatches() {
        let entries = watches.withLock { table in
            table.isClosed = true
            defer { table.entries = [:] }
            return table.entries
        }
        for entry in entries.values { poller.remove(entry.descriptor) }
    }
}
