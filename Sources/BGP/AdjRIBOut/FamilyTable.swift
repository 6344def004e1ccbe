import NetworkTypes

/// The routes of one family: what is wanted, what the peer has been told, and what is still to be said.
struct FamilyTable: Sendable {
    /// A set of routes that the peer must be given as a whole, with a mark at its end.
    enum Run: Hashable, Sendable {
        case none
        /// After the session has come up; ends with End-of-RIB.
        case initial
        /// On request; between two marks where RFC 7313 was agreed.
        case refresh(hasBegun: Bool)
    }

    let family: AddressFamily
    var desired: [CIDR: RouteAttributes] = [:]
    /// Nil while there is no session, or none that carries the family.
    var exporter: Exporter?
    /// The export that the peer has last been given of each prefix.
    var sent: [CIDR: Int] = [:]
    var pending = PendingRoutes()
    /// Prefixes that must be sent, or withdrawn, for the run to end, though the peer may have them already.
    var owed: Set<CIDR> = []
    var run = Run.none
    var isRefreshWanted = false
    var lastRefresh: MonotonicTime?

    private var exports: [Int: Export] = [:]
    private var numbers: [Export: Int] = [:]
    private var resolutions: [RouteAttributes: Result<Int, ExportRefusal>] = [:]
    private var nextNumber = 0

    init(family: AddressFamily) {
        self.family = family
    }

    // MARK: - What is wanted

    mutating func set(_ prefix: CIDR, _ route: RouteAttributes?) {
        guard desired[prefix] != route else { return }
        desired[prefix] = route
        reconsider(prefix)
    }

    /// Compares what is wanted of a prefix with what the peer has, and lines up the difference.
    mutating func reconsider(_ prefix: CIDR) {
        guard exporter != nil else { return }
        if let number = wantedExport(of: prefix) {
            if sent[prefix] == number, !owed.contains(prefix) {
                pending.remove(prefix)
            } else {
                pending.insert(prefix, .announcement(number))
            }
        } else if sent[prefix] == nil {
            owed.remove(prefix)
            pending.remove(prefix)
        } else {
            // It stays owed until the withdrawal is out: wanted again before that, it must come within the run.
            pending.insert(prefix, .withdrawal)
        }
    }

    mutating func reconsiderAll() {
        for prefix in desired.keys.sorted() { reconsider(prefix) }
        for prefix in sent.keys.sorted() where desired[prefix] == nil { reconsider(prefix) }
    }

    // MARK: - Sessions and runs

    /// A session begins, or ends when `exporter` is nil: the peer has nothing of us.
    mutating func begin(_ exporter: Exporter?) {
        self.exporter = exporter
        forgetExports()
        sent = [:]
        pending = PendingRoutes()
        owed = []
        isRefreshWanted = false
        lastRefresh = nil
        run = exporter == nil ? .none : .initial
        reconsiderAll()
    }

    /// Everything that is wanted must be sent before the run ends.
    mutating func oweEverything() {
        owed = Set(desired.keys.filter { wantedExport(of: $0) != nil })
        reconsiderAll()
    }

    mutating func adopt(_ exporter: Exporter) {
        self.exporter = exporter
        resolutions = [:]
        reconsiderAll()
    }

    /// Whether the peer has been given the prefix as it is wanted.
    func isAnnounced(_ prefix: CIDR) -> Bool {
        sent[prefix] != nil && desired[prefix] != nil && !pending.contains(prefix)
    }

    // MARK: - Exports

    func export(_ number: Int) -> Export? { exports[number] }

    /// Why a wanted prefix is not announced.
    func refusal(of route: RouteAttributes) -> ExportRefusal? {
        guard let exporter else { return .familyNotAgreed(family) }
        do throws(ExportRefusal) {
            _ = try exporter.export(route, family: family)
            return nil
        } catch {
            return error
        }
    }

    private mutating func wantedExport(of prefix: CIDR) -> Int? {
        guard let route = desired[prefix] else { return nil }
        if let known = resolutions[route] { return try? known.get() }
        limitMemory()
        let resolution = resolve(route)
        resolutions[route] = resolution
        return try? resolution.get()
    }

    private mutating func resolve(_ route: RouteAttributes) -> Result<Int, ExportRefusal> {
        guard let exporter else { return .failure(.familyNotAgreed(family)) }
        do throws(ExportRefusal) {
            let export = try exporter.export(route, family: family)
            if let number = numbers[export] { return .success(number) }
            nextNumber += 1
            exports[nextNumber] = export
            numbers[export] = nextNumber
            return .success(nextNumber)
        } catch {
            return .failure(error)
        }
    }

    private mutating func forgetExports() {
        exports = [:]
        numbers = [:]
        resolutions = [:]
    }

    /// Attributes that nothing uses any more are forgotten once they are as many as those in use.
    private mutating func limitMemory() {
        let bound = 2 * (desired.count + sent.count) + 64
        guard resolutions.count >= bound || exports.count >= bound else { return }
        resolutions = [:]
        let used = pending.exportsInUse.union(sent.values)
        for number in exports.keys where !used.contains(number) {
            if let export = exports.removeValue(forKey: number) { numbers[export] = nil }
        }
    }
}
