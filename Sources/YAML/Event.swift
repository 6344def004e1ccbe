/// A step through a document, as libyaml reports it.
struct Event {
    enum Kind {
        case streamEnd, documentStart, documentEnd
        case alias(String)
        case scalar(text: String, style: Scalar.Style)
        case sequenceStart, sequenceEnd
        case mappingStart, mappingEnd
    }

    let kind: Kind
    let mark: Mark
    var anchor: String?
    /// Resolved, as in `tag:yaml.org,2002:str`.
    var tag: String?
}
