import YAML

extension Configuration {
    /// The largest file that is read, in octets.
    public static let largestFile = 1 << 20

    /// Every key of the file, in the order of the schema.
    public static var reference: [ReferenceEntry] {
        Shape<Configuration>.configuration.inner.map { $0.withoutPrefix(".") }
    }

    /// Reads a whole file; a file with an error is refused, and everything that is wrong with it is told at once.
    ///
    /// - Parameter file: The file's name, for messages; a relative `source.directory.path` starts where the file is.
    public static func parse(_ bytes: [UInt8], file: String) throws(ProblemList) -> ParsedConfiguration {
        var reading = Reading()
        let configuration = read(bytes, &reading)
        let list = ProblemList(file: file, problems: reading.problems, omitted: reading.omitted)
        guard var configuration, reading.errorCount == 0 else { throw list }
        configuration.source = configuration.source.relative(toFile: file)
        return ParsedConfiguration(
            configuration: configuration, warnings: list, fingerprint: Fingerprint(of: bytes),
            text: String(decoding: bytes, as: UTF8.self))
    }

    private static func read(_ bytes: [UInt8], _ reading: inout Reading) -> Configuration? {
        guard let root = root(bytes, &reading) else { return nil }
        let configuration = Shape<Configuration>.configuration.read(root, &reading)
        PoolChecks.check(root, &reading)
        return configuration
    }

    /// The one document, if its syntax is right.
    private static func root(_ bytes: [UInt8], _ reading: inout Reading) -> Node? {
        guard bytes.count <= largestFile else {
            reading.error(
                .start, "the file has \(bytes.count) octets, more than \(largestFile)",
                cure: "check that it is the right file")
            return nil
        }
        let limits = Limits(octets: largestFile, depth: 20, nodes: 100_000, documents: 100, aliases: .refuse)
        let stream = Parser.read(bytes, limits: limits)
        reading.add(stream.errors)
        reading.add(stream.documents.flatMap(\.errors))
        if stream.documents.count > 1 {
            reading.error(
                stream.documents[1].root.mark, "a second document begins here",
                cure: "keep one, and remove the line '---' between them")
        }
        guard stream.errors.isEmpty else { return nil }
        guard let root = stream.documents.first?.root, !root.isNull else {
            reading.error(.start, "the file says nothing", cure: "write at least 'mode' and 'pools'")
            return nil
        }
        return root
    }
}
