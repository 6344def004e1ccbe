internal import CLinux
internal import Glibc

/// The inotify watches that a set of paths needs, made anew whenever something on the way changed.
final class WatchTree {
    /// Symbolic links followed for one path, as many as the kernel follows.
    private static let maximumLinks = 40
    private static let structure = UInt32(
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
    private static let contents = UInt32(IN_MODIFY | IN_CLOSE_WRITE)

    /// Which entries of a directory matter.
    private struct Interest {
        var names: Set<String> = []
        var isWhole = false
    }

    let inotify: OpenFile
    private let paths: [String]
    private var interests: [Int32: Interest] = [:]
    /// A watch could not be made for want of room: changes may go unnoticed.
    private(set) var isIncomplete = false

    init(paths: [String]) throws(FileError) {
        inotify = OpenFile(
            owning: try check(inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)), "watch", "(inotify_init1)"))
        self.paths = paths.map(Self.absolute)
        try rebuild()
    }

    /// Whether an event of this watch, about this name in its directory, may concern one of the paths.
    func concerns(_ watch: Int32, name: String) -> Bool {
        guard let interest = interests[watch] else { return false }
        return name.isEmpty || interest.isWhole || interest.names.contains(name)
    }

    /// Follows every path again. Throws only the first time a watch finds no room.
    func rebuild() throws(FileError) {
        let before = Set(interests.keys)
        interests = [:]
        isIncomplete = false
        var failure: FileError?
        for path in paths {
            do throws(FileError) { try follow(path) } catch { failure = error }
        }
        for watch in before where interests[watch] == nil { _ = inotify_rm_watch(inotify.number, watch) }
        isIncomplete = failure != nil
        if let failure { throw failure }
    }

    /// Watches each directory before looking into it, so that a change in between is an event.
    private func follow(_ path: String) throws(FileError) {
        var directory = "/"
        var ahead = Self.components(path)
        var links = 0
        while let name = ahead.popLast() {
            if name == ".." {
                directory = Self.parent(of: directory)
                continue
            }
            try watch(directory, name: name, mask: ahead.isEmpty ? Self.structure | Self.contents : Self.structure)
            let next = directory == "/" ? "/\(name)" : "\(directory)/\(name)"
            var status = stat()
            guard unsafe lstat(next, &status) == 0 else { return }
            switch status.st_mode & S_IFMT {
            case S_IFLNK:
                links += 1
                guard links <= Self.maximumLinks, let target = Self.target(of: next) else { return }
                if target.utf8.first == UInt8(ascii: "/") { directory = "/" }
                ahead += Self.components(target)
            case S_IFDIR: directory = next
            default: return
            }
        }
        try watch(directory, name: nil, mask: Self.structure | Self.contents)
    }

    private func watch(_ directory: String, name: String?, mask: UInt32) throws(FileError) {
        let flags = UInt32(IN_ONLYDIR) | UInt32(IN_MASK_ADD)
        let result = unsafe inotify_add_watch(inotify.number, directory, mask | flags)
        if result == -1, errno != ENOSPC, errno != ENOMEM {
            // Gone again, or not to be read: what is above it tells when that changes.
            return
        }
        let watch = try check(result, "watch", directory)
        if let name {
            interests[watch, default: Interest()].names.insert(name)
        } else {
            interests[watch, default: Interest()].isWhole = true
        }
    }

    /// The parts of a path, the first one last.
    private static func components(_ path: String) -> [String] {
        path.split(separator: "/").reversed().filter { $0 != "." }.map(String.init)
    }

    private static func parent(of directory: String) -> String {
        guard let slash = directory.lastIndex(of: "/"), slash != directory.startIndex else { return "/" }
        return String(directory[..<slash])
    }

    private static func target(of link: String) -> String? {
        let target = unsafe [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            unsafe buffer.withMemoryRebound(to: CChar.self) { text in
                guard let start = text.baseAddress else { return }
                count = unsafe max(readlink(link, start, text.count), 0)
            }
        }
        return target.isEmpty ? nil : String(validating: target, as: UTF8.self)
    }

    private static func absolute(_ path: String) -> String {
        guard path.utf8.first != UInt8(ascii: "/") else { return path }
        let octets = unsafe [CChar](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            count = unsafe getcwd(buffer.baseAddress, buffer.count).map { unsafe strlen($0) } ?? 0
        }
        return String(decoding: octets.map(UInt8.init(bitPattern:)), as: UTF8.self) + "/" + path
    }
}
