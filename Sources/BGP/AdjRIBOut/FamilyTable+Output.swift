import NetworkTypes

extension FamilyTable {
    /// Starts a refresh that was asked for, unless another run is under way or the last one began too recently.
    mutating func startRefresh(at now: MonotonicTime, spacing: Duration) {
        guard isRefreshWanted, run == .none, let exporter else { return }
        if let dueTime = refreshDue(spacing), now < dueTime { return }
        isRefreshWanted = false
        lastRefresh = now
        run = .refresh(hasBegun: !exporter.negotiated.hasEnhancedRouteRefresh)
        oweEverything()
    }

    /// When the next refresh may begin; nil is at once.
    func refreshDue(_ spacing: Duration) -> MonotonicTime? {
        lastRefresh?.advanced(by: spacing)
    }

    /// One UPDATE of withdrawn routes, or nil when none wait.
    mutating func nextWithdrawal() -> [UInt8]? {
        guard let exporter, pending.hasWithdrawals else { return nil }
        let room = exporter.negotiated.messageLimit - Export.withdrawalOverhead
        var writer = ByteWriter(reserving: min(room, MessageHeader.standardLimit))
        for prefix in pending.take(.withdrawal, room: room) {
            writer.write(prefix)
            sent[prefix] = nil
            owed.remove(prefix)
        }
        return Export.withdrawal(of: writer.bytes, family: family)
    }

    /// The next message besides withdrawals: a mark when a run begins or ends, else announced routes.
    mutating func nextMessage() -> [UInt8]? {
        guard let exporter else { return nil }
        switch run {
        case .none: break
        case .initial where owed.isEmpty:
            run = .none
            return UpdateMessage.endOfRIB(family).octets()
        case .initial: break
        case .refresh(hasBegun: false):
            run = .refresh(hasBegun: true)
            return RouteRefreshMessage(.beginning, RouteFamily(family)).octets
        case .refresh(hasBegun: true) where owed.isEmpty:
            run = .none
            if exporter.negotiated.hasEnhancedRouteRefresh {
                return RouteRefreshMessage(.ending, RouteFamily(family)).octets
            }
        case .refresh(hasBegun: true): break
        }
        return nextAnnouncement(exporter.negotiated.messageLimit)
    }

    private mutating func nextAnnouncement(_ limit: Int) -> [UInt8]? {
        guard let number = pending.nextExport(), let export = export(number) else { return nil }
        let room = limit - export.overhead
        var writer = ByteWriter(reserving: min(room, MessageHeader.standardLimit))
        for prefix in pending.take(.announcement(number), room: room) {
            writer.write(prefix)
            sent[prefix] = number
            owed.remove(prefix)
        }
        return export.announcement(of: writer.bytes)
    }
}
