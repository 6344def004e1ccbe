import Foundation
import Glibc
import Lab

/// A directory of a test, with files that change as a whole or not at all.
struct Folder: Sendable {
    let path: String

    init(_ path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func path(of name: String) -> String { "\(path)/\(name)" }

    /// Replaces the file by one that was written elsewhere.
    func write(_ text: String, as name: String) throws {
        let draft = "\(path)-\(name).draft"
        try Data(text.utf8).write(to: URL(filePath: draft))
        guard unsafe rename(draft, path(of: name)) == 0 else { throw LabError.system("rename", code: errno) }
    }

    /// The file's text; throws when there is none.
    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path(of: name))), as: UTF8.self)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path(of: name))
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(of: name)) }
}

extension Folder {
    /// Whether some file of the folder holds the text.
    func hasFile(with text: String) -> Bool {
        let files = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return files.contains { (try? read($0))?.contains(text) ?? false }
    }
}
