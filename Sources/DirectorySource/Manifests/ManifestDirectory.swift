import Configuration
import FileSystem
import NetworkTypes
import YAML

/// Reads a directory of manifests, and of it only the files that may have changed since the last time.
struct ManifestDirectory {
    /// More entries than these are an error.
    static let mostEntries = 65_536

    private static let extensions = [".yaml", ".yml", ".json"]

    let path: String
    /// What was read, and when its stamp was taken.
    private var stamps: [String: FileStamp] = [:]

    init(path: String) {
        self.path = path
    }

    /// Brings the set up to date and says how many files were read.
    ///
    /// A directory or file that cannot be read costs nothing but a problem.
    mutating func read(into set: inout ManifestSet, at now: MonotonicTime) -> Int {
        let names: [String]
        do throws(FileError) {
            names = try DirectoryListing.names(in: path, limit: Self.mostEntries).filter(Self.isManifest)
        } catch {
            set.setDirectoryProblem(.unreadable("\(error); the Services stay as they are\(cure(for: error))"))
            return 0
        }
        set.setDirectoryProblem(
            names.isEmpty ? .empty("\(path): there is no manifest in it (*.yaml, *.yml, *.json)") : nil)
        let present = Set(names)
        for name in set.names.filter({ !present.contains($0) }) { remove(name, from: &set, at: now) }
        var missing: [String: String] = [:]
        let count = names.count { name in
            do throws(FileError) {
                return try readIfChanged(name, into: &set, at: now)
            } catch {
                stamps[name] = nil
                let problem = "\(path)/\(name): error: \(error); mend it or remove it"
                if error.isNotFound { missing[name] = problem } else { set.refuse(name, problem) }
                return true
            }
        }
        settle(missing, in: &set, at: now)
        return count
    }

    /// What was listed and then not found is a link that leads nowhere, or was removed in between.
    private mutating func settle(_ missing: [String: String], in set: inout ManifestSet, at now: MonotonicTime) {
        guard !missing.isEmpty else { return }
        let present = (try? DirectoryListing.names(in: path, limit: Self.mostEntries)).map(Set.init)
        for (name, problem) in missing {
            if present?.contains(name) != false {
                set.refuse(name, problem)
            } else {
                remove(name, from: &set, at: now)
            }
        }
    }

    private mutating func remove(_ name: String, from set: inout ManifestSet, at now: MonotonicTime) {
        stamps[name] = nil
        set.remove(name, at: now)
    }

    /// Hidden files and what editors leave lying about are no manifests.
    static func isManifest(_ name: String) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "#") else { return false }
        return extensions.contains { name.hasSuffix($0) }
    }

    private func cure(for error: FileError) -> String {
        error.isNotFound ? "; make it, empty if there are to be none" : ""
    }

    private mutating func readIfChanged(
        _ name: String, into set: inout ManifestSet, at now: MonotonicTime
    ) throws(FileError) -> Bool {
        let file = "\(path)/\(name)"
        let stamp = try FileStamp(of: file)
        if let former = stamps[name], stamp.promisesContents(of: former) { return false }
        let bytes = try BoundedFile.read(file, limit: ManifestReader.largestFile)
        stamps[name] = stamp
        set.set(name, Self.manifest(bytes, file: file), at: now)
        return true
    }

    /// An empty file says nothing: it may be one that is just being written.
    private static func manifest(_ bytes: [UInt8], file: String) -> Manifest {
        guard bytes.isEmpty else { return ManifestReader.read(bytes, file: file) }
        let problem = Problem(
            .error, at: .start, "the file is empty, so that its Services stay as they were",
            cure: "write a Service into it or remove it")
        return Manifest(isComplete: false, problems: ProblemList(file: file, problems: [problem]))
    }
}
