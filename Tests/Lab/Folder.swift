import Foundation
import Glibc

/// A directory of a test, with files that change as a whole or not at all.
public struct Folder: Sendable {
    /// Where it is.
    public let path: String

    /// Makes the directory, and what is missing above it.
    public init(_ path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Where a file of this name is, or would be.
    public func path(of name: String) -> String { "\(path)/\(name)" }

    /// Replaces the file by one that was written elsewhere.
    public func write(_ text: String, as name: String) throws {
        let draft = "\(path)-\(name).draft"
        try Data(text.utf8).write(to: URL(filePath: draft))
        guard unsafe rename(draft, path(of: name)) == 0 else { throw LabError.system("rename", code: errno) }
    }

    /// The file's text; throws when there is none.
    public func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path(of: name))), as: UTF8.self)
    }

    /// Throws when there is no such file.
    public func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path(of: name))
    }

    /// Whether there is a file or directory of the name.
    public func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(of: name)) }
}
