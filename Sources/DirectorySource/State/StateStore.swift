import FileSystem
import IPAM
import LoadBalancing
import NetworkTypes

/// The state files, one for each Service, below `services/<namespace>` of the state directory.
///
/// Nothing outside that directory is touched: names are checked, and no symbolic link below it is followed.
struct StateStore {
    /// Namespaces, and Services of one namespace, that are read at most.
    static let mostEntries = 100_000

    private struct Entry {
        private let packed: [UInt8]
        /// The hash of the file's octets.
        let digest: Int

        init(_ state: ServiceState, digest: Int) {
            var writer = PackedWriter()
            state.write(into: &writer)
            packed = writer.packed
            self.digest = digest
        }

        var state: ServiceState {
            var reader = PackedReader(packed)
            return ServiceState(from: &reader)
        }
    }

    /// A new state of a Service, or its end.
    struct Change {
        /// Nil removes the file.
        var document: (state: ServiceState, json: [UInt8])?
        /// Whether the record differs from the file's, so that the change must survive a crash.
        var isDurable: Bool
    }

    private static let suffix = ".json"

    private let path: String
    private var entries: [ServiceKey: Entry] = [:]

    init(stateDirectory: String) {
        path = stateDirectory
    }

    /// The Services that have a state file.
    var keys: some Sequence<ServiceKey> { entries.keys }

    /// What the Service's file says; nil when there is none.
    subscript(key: ServiceKey) -> ServiceState? { entries[key]?.state }

    // MARK: - Reading

    /// Reads every file, and puts those aside that are damaged: a sentence for each.
    ///
    /// An error means that there may be records which cannot be read now.
    mutating func load() throws(FileError) -> [String] {
        let root = try OpenDirectory(path, creating: true)
        let services = try root.directory("services", creating: true)
        try root.synchronise()
        entries = [:]
        var problems: [String] = []
        for namespace in try services.names(limit: Self.mostEntries) where !namespace.hasPrefix(".") {
            do throws(FileError) {
                try load(services.directory(namespace), namespace, &problems)
            } catch {
                guard error.isNotFound else { throw error }
                problems.append("\(services.path)/\(namespace): error: it is not a directory; remove it")
            }
        }
        return problems
    }

    private mutating func load(
        _ directory: borrowing OpenDirectory, _ namespace: String, _ problems: inout [String]
    ) throws(FileError) {
        for name in try directory.names(limit: Self.mostEntries) {
            if OpenDirectory.isTemporary(name) { try? directory.remove(name) }
            guard name.hasSuffix(Self.suffix), !name.hasPrefix(".") else { continue }
            let key = ServiceKey(namespace: namespace, name: String(name.dropLast(Self.suffix.count)))
            do {
                let json = try Self.read(name, in: directory)
                entries[key] = Entry(try ServiceState(json: json, of: key), digest: json.hashValue)
            } catch let error as FileError {
                throw error
            } catch {
                try? directory.rename(name, to: name + ".damaged")
                problems.append(
                    "\(directory.path)/\(name): error: \(error); it was renamed to \(name).damaged, and the Service "
                        + "may get another address")
            }
        }
    }

    /// Throws `DamagedState` for what cannot be one of our files, `FileError` when the disk is to blame.
    private static func read(_ name: String, in directory: borrowing OpenDirectory) throws -> [UInt8] {
        do throws(FileError) {
            return try directory.read(name, limit: StateDocument.largestFile)
        } catch {
            switch error.reason {
            case .notARegularFile, .tooLarge: throw DamagedState(description: error.reason.description)
            case .system, .tooManyEntries: throw error
            }
        }
    }

    /// The Service as it was when its state was written; nil when the file does not say.
    func formerService(_ key: ServiceKey) -> LoadBalancerService? {
        guard entries[key] != nil, let directory = try? open(key.namespace),
            let json = try? directory.read(key.name + Self.suffix, limit: StateDocument.largestFile)
        else { return nil }
        return ManifestReader.read(json, file: "").services.first { $0.service.key == key }?.service
    }

    // MARK: - Writing

    /// What has to be written to bring the file to a state; nil when it says so already.
    func change(_ service: LoadBalancerService, to state: ServiceState) throws -> Change? {
        let entry = entries[service.key]
        let isDurable = entry.map(\.state.record) ?? [] != state.record
        if state.isEmpty { return entry == nil ? nil : Change(document: nil, isDurable: isDurable) }
        let json = try StateDocument(service, state).json()
        return json.hashValue == entry?.digest ? nil : Change(document: (state, json), isDurable: isDurable)
    }

    /// Writes the changes; returns those that failed, with the reason.
    ///
    /// A changed record is on the disk when this returns, at the price of one fsync for its file and one for each
    /// namespace: it is what keeps an address from changing, and from being given twice. A change of the status alone
    /// waits for the kernel, since whoever starts after a crash writes it anew.
    mutating func write(_ changes: [ServiceKey: Change]) -> [ServiceKey: FileError] {
        var failures: [ServiceKey: FileError] = [:]
        for (namespace, keys) in Dictionary(grouping: changes.keys, by: \.namespace) {
            do throws(FileError) {
                try write(changes, of: keys.sorted(), in: open(namespace), &failures)
            } catch {
                for key in keys { failures[key] = error }
            }
            if keys.contains(where: { changes[$0]?.document == nil }) { removeIfEmpty(namespace) }
        }
        return failures
    }

    private mutating func write(
        _ changes: [ServiceKey: Change], of keys: [ServiceKey], in directory: consuming OpenDirectory,
        _ failures: inout [ServiceKey: FileError]
    ) throws(FileError) {
        var drafts: [OpenDirectory.Draft] = []
        for key in keys {
            guard let change = changes[key] else { continue }
            let name = key.name + Self.suffix
            if let document = change.document {
                drafts.append(.init(name: name, contents: document.json, isDurable: change.isDurable))
            } else {
                do throws(FileError) { try directory.remove(name) } catch { failures[key] = error }
            }
        }
        let refused = directory.write(drafts)
        for key in keys { failures[key] = failures[key] ?? refused[key.name + Self.suffix] }
        let done = keys.filter { changes[$0] != nil && failures[$0] == nil }
        if done.contains(where: { changes[$0]?.isDurable == true }) { try directory.synchronise() }
        for key in done {
            entries[key] = changes[key]?.document.map { Entry($0.state, digest: $0.json.hashValue) }
        }
    }

    private func removeIfEmpty(_ namespace: String) {
        guard let services = try? OpenDirectory(path + "/services") else { return }
        _ = services.removeIfEmpty(namespace)
    }

    private func open(_ namespace: String) throws(FileError) -> OpenDirectory {
        let root = try OpenDirectory(path, creating: true)
        let services = try root.directory("services", creating: true)
        do throws(FileError) {
            return try services.directory(namespace)
        } catch {
            guard error.isNotFound else { throw error }
            let directory = try services.directory(namespace, creating: true)
            try services.synchronise()
            return directory
        }
    }
}
