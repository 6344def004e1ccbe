import IPAM
import NetworkTypes

/// All Services with what was decided for them, each packed into one block of memory, and one more while something about
/// it is not as it should be.
struct PlannedServices: Sendable {
    private struct Entry: Sendable {
        var octets: [UInt8]
        var trouble: Trouble?
    }

    /// What few have.
    private final class Trouble: Sendable {
        let claimRefusal: ClaimPolicy.Refusal?
        let refusal: Obstacle?
        let notes: [AllocationOutcome.Note]
        let toldRefusal: Obstacle?
        let toldNotes: [AllocationOutcome.Note]
        let toldObstacle: Obstacle?

        /// Nil when there is none.
        init?(of service: PlannedService) {
            claimRefusal = service.claimRefusal
            (refusal, notes) = (service.refusal, service.notes)
            (toldRefusal, toldNotes, toldObstacle) = (service.told.refusal, service.told.notes, service.told.obstacle)
            let isNone =
                claimRefusal == nil && refusal == nil && notes.isEmpty && toldRefusal == nil && toldNotes.isEmpty
                && toldObstacle == nil
            if isNone { return nil }
        }
    }

    private var entries: [ServiceKey: Entry] = [:]

    /// In no order.
    var keys: some Collection<ServiceKey> { entries.keys }

    /// In no order; each is unpacked when it is asked for.
    var values: some Sequence<PlannedService> { entries.lazy.map { Self.unpack($0.key, $0.value) } }

    /// Unpacks and packs the whole: to be asked once, and set once, for all that is done to a Service.
    subscript(key: ServiceKey) -> PlannedService? {
        get { entries[key].map { Self.unpack(key, $0) } }
        set { entries[key] = newValue.map(Self.pack) }
    }

    /// Whether there is such a Service.
    func contains(_ key: ServiceKey) -> Bool { entries[key] != nil }

    /// Those of `keys` that there are, the older first, then the lesser key: the order in which they are served.
    func inOrder(_ keys: some Sequence<ServiceKey>) -> [ServiceKey] {
        keys.compactMap { key in
            entries[key].map { (age: Self.creation($0), key: key) }
        }
        .sorted { $0 < $1 }
        .map(\.key)
    }

    /// Returns what it was.
    mutating func remove(_ key: ServiceKey) -> PlannedService? {
        entries.removeValue(forKey: key).map { Self.unpack(key, $0) }
    }

    /// How many octets it takes while nothing is wrong with it, besides the key.
    static func size(of planned: PlannedService) -> Int { pack(planned).octets.count }

    // MARK: -

    /// When the Service was created, which was written first.
    private static func creation(_ entry: Entry) -> Int64 {
        var reader = PackedReader(entry.octets)
        return reader.signed()
    }

    private static func pack(_ planned: PlannedService) -> Entry {
        var writer = PackedWriter()
        writer.write(planned.service)
        writer.write(planned.held)
        writer.write(planned.lastOutcome) { $0.write(UInt64(truncatingIfNeeded: $1)) }
        writer.write(planned.statedIngress) { $0.write($1) }
        writer.write(planned.lastRecord) { $0.write($1) }
        writer.write(planned.replacedRecords.sorted())
        planned.statusRule.write(into: &writer)
        writer.write(planned.speaksOfStatus)
        writer.write(planned.firstSeen.nanoseconds)
        writer.write(planned.told.held)
        writer.write(planned.told.announcedHere)
        return Entry(octets: writer.packed, trouble: Trouble(of: planned))
    }

    private static func unpack(_ key: ServiceKey, _ entry: Entry) -> PlannedService {
        var reader = PackedReader(entry.octets)
        var planned = PlannedService(service: reader.service(key))
        planned.held = reader.addresses()
        planned.lastOutcome = reader.optional { Int(truncatingIfNeeded: $0.unsigned()) }
        planned.statedIngress = reader.optional { $0.addresses() }
        planned.lastRecord = reader.optional { $0.addresses() }
        planned.replacedRecords = Set(reader.addresses())
        planned.statusRule = StatusRule(from: &reader)
        planned.speaksOfStatus = reader.flag()
        planned.firstSeen = MonotonicTime(nanoseconds: reader.signed())
        planned.told.held = reader.addresses()
        planned.told.announcedHere = reader.addresses()
        guard let trouble = entry.trouble else { return planned }
        planned.claimRefusal = trouble.claimRefusal
        (planned.refusal, planned.notes) = (trouble.refusal, trouble.notes)
        planned.told.refusal = trouble.toldRefusal
        planned.told.notes = trouble.toldNotes
        planned.told.obstacle = trouble.toldObstacle
        return planned
    }
}
