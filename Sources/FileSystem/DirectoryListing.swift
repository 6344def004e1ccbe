internal import CLinux
internal import Glibc

/// Lists directories.
public enum DirectoryListing {
    /// The names in a directory, in the order of their octets, which is the same everywhere.
    ///
    /// `.` and `..` are left out, and names that are not UTF-8, since no path could be made of them. More than `limit`
    /// entries are an error.
    public static func names(in path: String, limit: Int) throws(FileError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw FileError("list", path, .system(errno)) }
        defer { _ = unsafe closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(directory) else {
                guard errno == 0 else { throw FileError("list", path, .system(errno)) }
                return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            }
            guard let name = unsafe name(of: entry), name != ".", name != ".." else { continue }
            guard names.count < limit else { throw FileError("list", path, .tooManyEntries(limit: limit)) }
            names.append(name)
        }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { octets in
            unsafe String(validating: octets.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
