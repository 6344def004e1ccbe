/// Turns the events of documents into trees, with a stack of its own and within the limits.
struct TreeBuilder {
    /// A node with what an alias to it costs.
    private struct Subtree {
        let node: Node
        /// Nodes, itself and keys included.
        var size = 1
        /// 0 for a scalar.
        var height = 0
    }

    /// What the next node of a mapping is.
    private enum Expecting {
        case key
        case value(Mapping.Key)
        /// The value of a key that was refused; it is dropped.
        case nothing
    }

    /// A collection that is not complete.
    private struct Frame {
        let mark: Mark
        let anchor: String?
        let isMapping: Bool
        var items: [Node] = []
        var entries: [Mapping.Entry] = []
        var keys: [String: Mark] = [:]
        var expecting = Expecting.key
        var size = 1
        var height = 1
    }

    private let limits: Limits
    private let surrogates: SurrogateEscapes?
    private var stack: [Frame] = []
    private var root: Node?
    private var errors: [YAMLError] = []
    /// Nil for an anchor whose node is not complete.
    private var anchors: [String: Subtree?] = [:]
    private var nodes = 0
    private var copies = 0

    init(limits: Limits, surrogates: SurrogateEscapes?) {
        self.limits = limits
        self.surrogates = surrogates
    }

    /// Forgets an unfinished document; what counts against the limits stays counted.
    mutating func reset() {
        stack = []
        root = nil
        errors = []
        anchors = [:]
    }

    /// The document that was read, and a fresh start.
    mutating func finish() -> Document {
        defer { reset() }
        return Document(
            root: root ?? Node(.scalar(Scalar("", style: .plain)), at: .start),
            errors: errors.sorted { $0.mark < $1.mark })
    }

    /// Throws when a limit is passed; every other error is kept for the document.
    mutating func add(_ event: Event) throws(YAMLError) {
        switch event.kind {
        case .streamEnd, .documentStart, .documentEnd: break
        case .alias(let name): try addAlias(name, at: event.mark)
        case .scalar(let text, let style):
            try countNode(at: event.mark)
            let anchor = declare(event.anchor, at: event.mark)
            complete(Subtree(node: scalar(text, style, tag: event.tag, at: event.mark)), anchor: anchor)
        case .sequenceStart: try open(event, isMapping: false, tag: "tag:yaml.org,2002:seq")
        case .mappingStart: try open(event, isMapping: true, tag: "tag:yaml.org,2002:map")
        case .sequenceEnd, .mappingEnd: close()
        }
    }

    // MARK: - Collections

    private mutating func open(_ event: Event, isMapping: Bool, tag: String) throws(YAMLError) {
        try countNode(at: event.mark)
        try checkDepth(stack.count + 1, at: event.mark)
        if let written = event.tag, written != tag, written != "!" { refuseTag(written, at: event.mark) }
        let anchor = declare(event.anchor, at: event.mark)
        stack.append(Frame(mark: event.mark, anchor: anchor, isMapping: isMapping))
    }

    private mutating func close() {
        guard let frame = stack.popLast() else { return }
        let kind = frame.isMapping ? Node.Kind.mapping(Mapping(frame.entries)) : .sequence(frame.items)
        complete(
            Subtree(node: Node(kind, at: frame.mark), size: frame.size, height: frame.height), anchor: frame.anchor)
    }

    /// Puts a complete node where it belongs.
    private mutating func complete(_ subtree: Subtree, anchor: String?) {
        if let anchor { anchors[anchor] = .some(subtree) }
        guard var frame = stack.popLast() else {
            root = subtree.node
            return
        }
        frame.size = saturatingSum(frame.size, subtree.size)
        frame.height = max(frame.height, subtree.height + 1)
        if frame.isMapping { add(subtree.node, to: &frame) } else { frame.items.append(subtree.node) }
        stack.append(frame)
    }

    private mutating func add(_ node: Node, to frame: inout Frame) {
        switch frame.expecting {
        case .value(let key):
            frame.entries.append(Mapping.Entry(key: key, value: node))
            frame.expecting = .key
        case .nothing: frame.expecting = .key
        case .key:
            guard let key = key(node, among: frame.keys) else {
                frame.expecting = .nothing
                return
            }
            frame.keys[key.text] = key.mark
            frame.expecting = .value(key)
        }
    }

    private mutating func key(_ node: Node, among keys: [String: Mark]) -> Mapping.Key? {
        switch node.kind {
        case .broken: return nil
        case .sequence, .mapping:
            refuse(node.mark, "a list or mapping cannot be a key", cure: "write a word before the ':'")
            return nil
        case .scalar(let scalar):
            if scalar.style == .plain, scalar.text.isEmpty {
                refuse(node.mark, "the key is missing", cure: "write a word before the ':'")
                return nil
            }
            if scalar.style == .plain, scalar.text == "<<" {
                refuse(node.mark, "merge keys are not read", cure: "write the keys out")
                return nil
            }
            if let first = keys[scalar.text] {
                refuse(
                    node.mark, "key \(quoted(scalar.text)) is written twice, first at \(first)",
                    cure: "keep one of them"
                )
                return nil
            }
            return Mapping.Key(scalar.text, at: node.mark)
        }
    }

    // MARK: - Scalars

    private mutating func scalar(_ text: String, _ style: Scalar.Style, tag: String?, at mark: Mark) -> Node {
        var text = text
        if let surrogates {
            if style != .doubleQuoted {
                text = surrogates.restored(literal: text)
            } else if let restored = surrogates.restored(escaped: text) {
                text = restored
            } else {
                refuse(
                    mark, "an escape in the text is half of a surrogate pair",
                    cure: "write both halves, as in \\ud83d\\ude00")
                return Node(.broken, at: mark)
            }
        }
        guard let tag else { return Node(.scalar(Scalar(text, style: style)), at: mark) }
        guard let known = tag == "!" ? Scalar.Tag.string : Scalar.Tag(rawValue: tag) else {
            refuseTag(tag, at: mark)
            return Node(.broken, at: mark)
        }
        let scalar = Scalar(text, style: style, tag: known)
        guard scalar.fitsTag else {
            refuse(mark, "\(quoted(text)) is not what its tag says", cure: "remove the tag or correct the value")
            return Node(.broken, at: mark)
        }
        return Node(.scalar(scalar), at: mark)
    }

    // MARK: - Anchors and aliases

    /// The name if anchors are read, after which aliases to it are known.
    private mutating func declare(_ anchor: String?, at mark: Mark) -> String? {
        guard let anchor else { return nil }
        guard limits.aliases != .refuse else {
            refuse(
                mark, "anchor \(quoted("&" + anchor)) is not allowed here",
                cure: "put quotes around text that begins with '&'")
            return nil
        }
        anchors[anchor] = .some(nil)
        return anchor
    }

    private mutating func addAlias(_ name: String, at mark: Mark) throws(YAMLError) {
        try countNode(at: mark)
        let alias = quoted("*" + name)
        guard case .expand(let limit) = limits.aliases else {
            return refuseAlias(
                mark, "alias \(alias) is not allowed here", cure: "put quotes around text that begins with '*'")
        }
        guard let anchor = anchors[name] else {
            return refuseAlias(
                mark, "alias \(alias) has no anchor before it", cure: "correct the name or add the anchor")
        }
        guard let subtree = anchor else {
            return refuseAlias(mark, "alias \(alias) stands for a value that holds it", cure: "write the value out")
        }
        copies = saturatingSum(copies, subtree.size)
        guard copies <= limit else {
            throw YAMLError(mark, "aliases stand for more than \(limit) values", cure: "use fewer aliases")
        }
        try checkDepth(stack.count + subtree.height, at: mark)
        complete(subtree, anchor: nil)
    }

    // MARK: - Errors

    private mutating func refuseAlias(_ mark: Mark, _ what: String, cure: String) {
        refuse(mark, what, cure: cure)
        complete(Subtree(node: Node(.broken, at: mark)), anchor: nil)
    }

    private mutating func refuseTag(_ tag: String, at mark: Mark) {
        refuse(mark, "tag \(quoted(tag)) is not known for this value", cure: "remove the tag")
    }

    private mutating func refuse(_ mark: Mark, _ what: String, cure: String) {
        guard errors.count < 1_000 else { return }
        errors.append(YAMLError(mark, what, cure: cure))
    }

    private mutating func countNode(at mark: Mark) throws(YAMLError) {
        nodes += 1
        guard nodes <= limits.nodes else {
            throw YAMLError(mark, "there are more than \(limits.nodes) values", cure: "split the file")
        }
    }

    private func checkDepth(_ depth: Int, at mark: Mark) throws(YAMLError) {
        guard depth <= limits.depth else {
            throw YAMLError(mark, "values are nested more than \(limits.depth) deep", cure: "nest them less")
        }
    }

    private func saturatingSum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
