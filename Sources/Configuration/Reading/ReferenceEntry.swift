/// One key of the configuration file, as the reference documentation lists it.
public struct ReferenceEntry: Hashable, Sendable, Encodable {
    /// From the root: `pools[].addresses`.
    public let path: String
    /// What the value is: `duration`.
    public let type: String
    /// As it would be written; nil where there is none.
    public let `default`: String?
    /// What holds when the key is absent, in words; nil where `default` says it.
    public let otherwise: String?
    /// Whether the mapping it belongs to needs it.
    public let isRequired: Bool
    /// One sentence.
    public let documentation: String

    init(path: String, noun: String, default: String?, otherwise: String?, isRequired: Bool, documentation: String) {
        self.init(
            path: path, type: Self.withoutArticle(noun), default: `default`, otherwise: otherwise,
            isRequired: isRequired, documentation: documentation)
    }

    private init(
        path: String, type: String, default: String?, otherwise: String?, isRequired: Bool, documentation: String
    ) {
        self.path = path
        self.type = type
        self.default = `default`
        self.otherwise = otherwise
        self.isRequired = isRequired
        self.documentation = documentation
    }

    func withoutPrefix(_ prefix: String) -> ReferenceEntry {
        ReferenceEntry(
            path: path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path, type: type, default: `default`,
            otherwise: otherwise, isRequired: isRequired, documentation: documentation)
    }

    func prefixed(_ prefix: String) -> ReferenceEntry {
        ReferenceEntry(
            path: prefix + path, type: type, default: `default`, otherwise: otherwise, isRequired: isRequired,
            documentation: documentation)
    }

    private static func withoutArticle(_ noun: String) -> String {
        let article = ["a ", "an "].first(where: noun.hasPrefix) ?? ""
        return String(noun.dropFirst(article.count))
    }
}
