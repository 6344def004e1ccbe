public import NetworkTypes

/// What a node has recorded about one Service.
public struct SharedRecord: Hashable, Sendable {
    /// The Service's name, at most 512 octets; means nothing to members.
    public var name: String
    /// Those it was given, at most 16.
    public var addresses: [IPAddress]
    /// Why it was given none, as a word and a sentence, of which 64 and 512 octets are told; empty for no reason.
    public var reason: (word: String, sentence: String) {
        get { (word, sentence) }
        set { (word, sentence) = newValue }
    }
    private var word = ""
    private var sentence = ""

    /// A record, by default without a reason.
    public init(name: String, addresses: [IPAddress], reason: (word: String, sentence: String) = ("", "")) {
        self.name = name
        self.addresses = addresses
        (word, sentence) = reason
    }
}
