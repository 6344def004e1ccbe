import Configuration
import IPAM
import LoadBalancing
import NetworkTypes
import YAML

/// What all manifest files together say, with what was known before where a file cannot be read now.
///
/// Of two files that hold one Service, the first by name counts. A Service is gone only when the files were read without
/// it; and not at once even then, since an editor may be about to put a file back.
struct ManifestSet {
    /// What one file says, or last said.
    private struct File {
        var services: [ServiceKey: Entry] = [:]
        /// Everything that is wrong with it, with its place.
        var problems: [String] = []
        /// False: it may hold Services that could not be read.
        var isComplete = true
    }

    /// A Service in a file, and where it begins.
    private struct Entry {
        let service: PackedService
        let mark: Mark

        init(_ entry: Manifest.Entry) {
            service = PackedService(entry.service)
            mark = entry.mark
        }
    }

    /// A Service that no file holds and that stays for a while.
    private struct Remnant {
        var service: PackedService
        /// The file that held it; nil when it is known from its state file alone.
        var file: String?
        var until: MonotonicTime
    }

    /// What is wrong with the directory as a whole; a sentence.
    enum DirectoryProblem: Hashable {
        /// It says nothing about the Services.
        case unreadable(String)
        /// It says that there are none.
        case empty(String)

        var sentence: String {
            switch self {
            case .unreadable(let sentence), .empty(let sentence): sentence
            }
        }
    }

    /// For messages.
    private let path: String
    /// How long a Service stays that is in no file any more.
    private let patience: Duration
    private var files: [String: File] = [:]
    /// The file that holds a Service; of several, the one that counts.
    private var holders: [ServiceKey: String] = [:]
    /// All files that hold a Service which more than one does, the one that counts first.
    private var contenders: [ServiceKey: [String]] = [:]
    private var remnants: [ServiceKey: Remnant] = [:]
    private var troubled: Set<String> = []
    private var incomplete: Set<String> = []
    private var unreadable: Set<String> = []
    private var touched: Set<ServiceKey> = []
    private var directoryProblem: DirectoryProblem?

    init(path: String, patience: Duration) {
        self.path = path
        self.patience = patience
    }

    /// Whether the directory could be listed the last time.
    var isListed: Bool {
        if case .unreadable = directoryProblem { false } else { true }
    }

    /// Whether the disk, rather than an author, keeps something from being read.
    var isUnreadable: Bool { !isListed || !unreadable.isEmpty }

    /// Whether the directory was listed and no file has a part that may hold unknown Services.
    var isComplete: Bool { isListed && incomplete.isEmpty }

    /// The names of the files, in no order.
    var names: some Sequence<String> { files.keys }

    /// When `settle` has something to do next because time passed.
    func nextDeadline(after now: MonotonicTime) -> MonotonicTime? {
        remnants.values.lazy.map(\.until).filter { $0 > now }.min()
    }

    /// The Service as it counts; nil when it does not exist.
    func service(_ key: ServiceKey) -> LoadBalancerService? {
        guard let name = holders[key] else { return remnants[key]?.service.service }
        return files[name]?.services[key]?.service.service
    }

    /// The Services that may have come, changed or gone since the last call.
    mutating func takeTouched() -> Set<ServiceKey> {
        defer { touched = [] }
        return touched
    }

    /// At most `limit` sentences, each with its place.
    func problems(limit: Int) -> [String] {
        var sentences = directoryProblem.map { [$0.sentence] } ?? []
        let total = sentences.count + troubled.reduce(contenders.count) { $0 + (files[$1]?.problems.count ?? 0) }
        for name in troubled.sorted(by: Self.isBefore) {
            guard sentences.count < limit else { break }
            sentences += (files[name]?.problems ?? []).prefix(limit - sentences.count)
        }
        for key in contenders.keys.sorted().prefix(limit - sentences.count) {
            sentences += sentence(aboutContested: key)
        }
        if total > limit { sentences.append("\(path): \(total - limit) more problems") }
        return sentences
    }

    static func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    // MARK: - Taking in

    /// What is wrong with the directory itself. One that is unreadable leaves everything as it was.
    mutating func setDirectoryProblem(_ problem: DirectoryProblem?) {
        directoryProblem = problem
    }

    /// A file was read.
    mutating func set(_ name: String, _ manifest: Manifest, at now: MonotonicTime) {
        let former = files[name] ?? File()
        var file = File()
        file.isComplete = manifest.isComplete
        if !manifest.problems.problems.isEmpty {
            file.problems = manifest.problems.description.split(separator: "\n").map(String.init)
        }
        for entry in manifest.services { file.services[entry.service.key] = Entry(entry) }
        for (key, entry) in former.services where file.services[key] == nil {
            if manifest.refused.contains(key) || !manifest.isComplete {
                file.services[key] = entry
            } else {
                leaveRemnant(entry.service, of: name, at: now)
            }
        }
        replace(name, by: file)
    }

    /// A file is there and could not be read: what it held stays.
    mutating func refuse(_ name: String, _ problem: String) {
        var file = files[name] ?? File()
        file.problems = [problem]
        file.isComplete = false
        replace(name, by: file)
        unreadable.insert(name)
    }

    /// A file is no longer there.
    mutating func remove(_ name: String, at now: MonotonicTime) {
        guard let file = files[name] else { return }
        for entry in file.services.values { leaveRemnant(entry.service, of: name, at: now) }
        replace(name, by: nil)
    }

    /// A Service known from its state file alone: it stays until everything has been read.
    mutating func remember(_ service: LoadBalancerService) {
        guard holders[service.key] == nil, remnants[service.key] == nil else { return }
        remnants[service.key] = Remnant(service: PackedService(service), file: nil, until: .zero)
        touched.insert(service.key)
    }

    /// Lets go of what has been missing long enough. Call it after the directory was read, with everything in it.
    mutating func settle(at now: MonotonicTime) {
        guard isListed, !remnants.isEmpty else { return }
        for (key, remnant) in remnants {
            let mayReturn = remnant.file.map { incomplete.contains($0) } ?? !incomplete.isEmpty
            guard holders[key] != nil || (remnant.until <= now && !mayReturn) else { continue }
            remnants[key] = nil
            touched.insert(key)
        }
    }

    // MARK: - Keeping the indexes

    private mutating func leaveRemnant(_ service: PackedService, of name: String, at now: MonotonicTime) {
        remnants[service.key] = Remnant(service: service, file: name, until: now.advanced(by: patience))
    }

    private mutating func replace(_ name: String, by file: File?) {
        let former = files[name]
        files[name] = file
        unreadable.remove(name)
        for key in former?.services.keys ?? [:].keys where file?.services[key] == nil { withdraw(name, from: key) }
        for (key, entry) in file?.services ?? [:] {
            guard let known = former?.services[key] else {
                claim(key, for: name)
                continue
            }
            if known.service != entry.service, holders[key] == name { touched.insert(key) }
        }
        mark(name, in: \.troubled, file?.problems.isEmpty == false)
        mark(name, in: \.incomplete, file?.isComplete == false)
    }

    private mutating func mark(_ name: String, in set: WritableKeyPath<ManifestSet, Set<String>>, _ isMember: Bool) {
        if isMember { self[keyPath: set].insert(name) } else { self[keyPath: set].remove(name) }
    }

    private mutating func claim(_ key: ServiceKey, for name: String) {
        var names = names(of: key)
        names.insert(name, at: names.firstIndex { Self.isBefore(name, $0) } ?? names.count)
        setHolders(of: key, names)
    }

    private mutating func withdraw(_ name: String, from key: ServiceKey) {
        setHolders(of: key, names(of: key).filter { $0 != name })
    }

    private func names(of key: ServiceKey) -> [String] {
        contenders[key] ?? holders[key].map { [$0] } ?? []
    }

    private mutating func setHolders(of key: ServiceKey, _ names: [String]) {
        holders[key] = names.first
        contenders[key] = names.count > 1 ? names : nil
        touched.insert(key)
    }

    private func sentence(aboutContested key: ServiceKey) -> [String] {
        guard let names = contenders[key], let first = names.first.flatMap({ place(of: key, in: $0) }) else {
            return []
        }
        return names.dropFirst().compactMap { place(of: key, in: $0) }.prefix(1).map {
            "\($0): error: the Service \(key) is written twice, first at \(first); keep one of them"
        }
    }

    private func place(of key: ServiceKey, in name: String) -> String? {
        files[name]?.services[key].map { "\(path)/\(name):\($0.mark.line):\($0.mark.column)" }
    }
}
