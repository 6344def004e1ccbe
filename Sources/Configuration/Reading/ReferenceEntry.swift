/// One key of the configuration file, as the reference documentation lists it.
public struct ReferenceEntry: Hashable, Sendable, Encodable {
    /// From the root: `pools[].addresses`.
    public let path: String
    /// What the value is: `duration`.
    public let type: String
    /// As it would be written; nil where there is none.
    public let `default`: String?
    public let isRequired: Bool
    /// One sentence.
    public let documentation: String

    init(path: String, noun: String, default: String?, isRequired: Bool, documentation: String) {
        self.init(
            path: path, type: noun.hasPrefix("a ") ? String(noun.dropFirst(2)) : noun, default: `default`,
            isRequired: isRequired, documentation: documentation)
    }

    private init(path: String, type: String, default: String?, isRequired: Bool, documentation: String) {
        self.path = path
        self.type = type
        self.default = `default`
        self.isRequired = isRequired
        self.documentation = documentation
    }

    func withoutPrefix(_ prefix: String) -> ReferenceEntry {
        ReferenceEntry(
            path: path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path, type: type, default: `default`,
            isRequired: isRequired, documentation: documentation)
    }

    func prefixed(_ prefix: String) -> ReferenceEntry {
        ReferenceEntry(
            path: prefix + path, type: type, default: `default`, isRequired: isRequired, documentation: documentation)
    }
}
