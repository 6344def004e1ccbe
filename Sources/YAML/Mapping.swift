/// Keys and their values in the order written; no key occurs twice.
public struct Mapping: Hashable, Sendable {
    /// A key, always as text: `1` and `true` are the keys "1" and "true".
    public struct Key: Hashable, Sendable {
        /// Without quotes.
        public let text: String
        /// Where the key begins.
        public let mark: Mark

        /// A key with its place.
        public init(_ text: String, at mark: Mark) {
            self.text = text
            self.mark = mark
        }
    }

    /// A key with its value.
    public struct Entry: Hashable, Sendable {
        /// With its own place.
        public let key: Key
        /// What stands after the `:`.
        public let value: Node

        /// A key with its value.
        public init(key: Key, value: Node) {
            self.key = key
            self.value = value
        }
    }

    /// In the order written.
    public let entries: [Entry]

    /// The keys of `entries` must differ.
    public init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// Takes time in proportion to the number of keys.
    public subscript(key: String) -> Node? { entry(key)?.value }

    /// Takes time in proportion to the number of keys.
    public func entry(_ key: String) -> Entry? {
        entries.first { $0.key.text == key }
    }
}
