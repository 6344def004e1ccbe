import Foundation
package import Lab

extension Folder {
    /// Whether some file of the folder holds the text.
    package func hasFile(with text: String) -> Bool {
        let files = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return files.contains { (try? read($0))?.contains(text) ?? false }
    }
}
