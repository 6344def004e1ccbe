internal import CLinux
internal import Glibc

extension OpenDirectory {
    /// What a file of the directory shall be.
    public struct Draft: Sendable {
        /// The file's name.
        public let name: String
        /// All of it.
        public let contents: [UInt8]
        /// Whether the contents must be on the disk before they get the name, so that after a crash too it is the old or
        /// the new file. Otherwise a crash may leave a damaged one.
        public let isDurable: Bool

        /// A file, or what replaces it.
        public init(name: String, contents: [UInt8], isDurable: Bool) {
            self.name = name
            self.contents = contents
            self.isDurable = isDurable
        }
    }

    /// A draft in a file that has not got its name yet.
    private struct Staged {
        let name: String
        let temporary: String
        let isDurable: Bool
        /// Open until it is finished.
        let descriptor: Int32
    }

    /// Names that are tried for a temporary file.
    private static let attempts = 16
    /// Files that are open at the same time.
    private static let mostStaged = 128

    /// Replaces files, or makes them, so that readers see the old or the new one; returns what failed, by name. There the
    /// old file stays.
    ///
    /// The disk is set to work on all of them before the first is waited for, which costs far less than one by one. The
    /// names are there for good after `synchronise()`.
    public borrowing func write(_ drafts: [Draft], permissions: UInt32 = 0o644) -> [String: FileError] {
        var failures: [String: FileError] = [:]
        for start in stride(from: 0, to: drafts.count, by: Self.mostStaged) {
            var staged: [Staged] = []
            for draft in drafts[start..<min(start + Self.mostStaged, drafts.count)] {
                do throws(FileError) {
                    staged.append(try stage(draft, permissions))
                } catch {
                    failures[draft.name] = error
                }
            }
            for file in staged {
                do throws(FileError) {
                    try finish(file)
                } catch {
                    failures[file.name] = error
                }
            }
        }
        return failures
    }

    /// Replaces one file, or makes it, as `write(_:permissions:)` does for many.
    public borrowing func write(
        _ contents: [UInt8], as name: String, permissions: UInt32 = 0o644, isDurable: Bool
    ) throws(FileError) {
        try finish(try stage(Draft(name: name, contents: contents, isDurable: isDurable), permissions))
    }

    private borrowing func stage(_ draft: Draft, _ permissions: UInt32) throws(FileError) -> Staged {
        let number = file.number
        let place = place(of: draft.name)
        try checkName(draft.name, "write")
        let (descriptor, name) = try makeTemporary(for: place)
        let temporary = OpenFile(owning: descriptor)
        do throws(FileError) {
            try AtomicFile.write(draft.contents, to: temporary, place)
            try check(fchmod(temporary.number, mode_t(permissions & 0o7777)), "set the permissions of", place)
        } catch {
            _ = unsafe unlinkat(number, name, 0)
            throw error
        }
        if draft.isDurable { herald_begin_writing(temporary.number) }
        return Staged(
            name: draft.name, temporary: name, isDurable: draft.isDurable, descriptor: temporary.release())
    }

    private borrowing func finish(_ staged: Staged) throws(FileError) {
        let number = file.number
        let place = place(of: staged.name)
        defer { _ = close(staged.descriptor) }
        do throws(FileError) {
            if staged.isDurable { try check(fsync(staged.descriptor), "write to the disk", place) }
            try check(unsafe renameat(number, staged.temporary, number, staged.name), "replace", place)
        } catch {
            _ = unsafe unlinkat(number, staged.temporary, 0)
            throw error
        }
    }

    private borrowing func makeTemporary(for place: String) throws(FileError) -> (descriptor: Int32, name: String) {
        let number = file.number
        var attempt = 1
        while true {
            let name = ".herald-\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
            let result = uninterrupted { unsafe openat(number, name, flags, 0o600) }
            if result == -1, errno == EEXIST, attempt < Self.attempts {
                attempt += 1
                continue
            }
            return (try check(result, "write", place), name)
        }
    }
}
