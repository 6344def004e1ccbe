/// Reads YAML, and JSON as a part of it, into trees.
///
/// The text is UTF-8, with or without a byte order mark. Nothing that is not text is read: control characters other than
/// tab and line ends, the line separators U+0085, U+2028 and U+2029, and a byte order mark inside are errors.
public enum Parser {
    /// What could be read of a text of several documents.
    public struct Stream: Hashable, Sendable {
        /// The documents that have a tree, in order; each may have errors of its own.
        public let documents: [Document]
        /// Why parts of the text have no tree, in reading order; at most `mostErrors`.
        public let errors: [YAMLError]

        /// Reading ends at this many broken documents.
        public static let mostErrors = 20
    }

    /// Reads all documents and throws the first error in reading order.
    public static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(YAMLError) -> [Document] {
        let stream = read(bytes, limits: limits)
        let errors = stream.errors + stream.documents.flatMap(\.errors)
        if let first = errors.min(by: { $0.mark < $1.mark }) { throw first }
        return stream.documents
    }

    /// Reads every document that can be read: after a broken one, it goes on at the next line that begins with `---`.
    ///
    /// Text that is not UTF-8 ends the reading at the document that holds it, and so does a limit.
    public static func read(_ bytes: [UInt8], limits: Limits = Limits()) -> Stream {
        guard bytes.count <= limits.octets else {
            let tooLarge = YAMLError(
                .start, "the text has \(bytes.count) octets, more than \(limits.octets)", cure: "split it")
            return Stream(documents: [], errors: [tooLarge])
        }
        var reader = StreamReader(SourceText(bytes), limits: limits)
        reader.readAll()
        return Stream(documents: reader.documents, errors: reader.errors)
    }
}
