internal import CYAML

/// One libyaml parser over its own copy of a text; both are freed when it goes out of scope.
///
/// libyaml keeps its stacks on the heap, so no nesting can exhaust the stack.
@safe struct EventReader: ~Copyable {
    /// What libyaml says, in its words.
    struct Failure: Error {
        let mark: Mark
        let problem: String
        let context: String
        let contextMark: Mark
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let firstLine: Int

    /// `bytes` must be UTF-8; marks count from `firstLine`.
    init(_ bytes: ArraySlice<UInt8>, firstLine: Int) throws(Failure) {
        self.firstLine = firstLine
        unsafe parser = .allocate(capacity: 1)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()
            throw Failure(mark: .start, problem: "out of memory", context: "", contextMark: .start)
        }
        unsafe input = .allocate(capacity: max(bytes.count, 1))
        _ = unsafe input.initialize(from: bytes)
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// Ends with `streamEnd`; after that, or after a failure, it must not be called again.
    mutating func next() throws(Failure) -> Event {
        var event = unsafe yaml_event_t()
        while true {
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure }
            defer { unsafe yaml_event_delete(&event) }
            if let converted = unsafe convert(event) { return converted }
        }
    }

    /// Nil for the beginning of the stream, which says nothing.
    private func convert(_ event: yaml_event_t) -> Event? {
        let mark = unsafe mark(event.start_mark)
        switch unsafe event.type {
        case YAML_STREAM_END_EVENT: return Event(kind: .streamEnd, mark: mark)
        case YAML_DOCUMENT_START_EVENT: return Event(kind: .documentStart, mark: mark)
        case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, mark: mark)
        case YAML_ALIAS_EVENT: return Event(kind: .alias(unsafe text(event.data.alias.anchor) ?? ""), mark: mark)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let content = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return Event(
                kind: .scalar(text: unsafe String(decoding: content, as: UTF8.self), style: unsafe style(scalar.style)),
                mark: mark, anchor: unsafe text(scalar.anchor), tag: unsafe text(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            return Event(
                kind: .sequenceStart, mark: mark, anchor: unsafe text(start.anchor), tag: unsafe text(start.tag))
        case YAML_SEQUENCE_END_EVENT: return Event(kind: .sequenceEnd, mark: mark)
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            return Event(
                kind: .mappingStart, mark: mark, anchor: unsafe text(start.anchor), tag: unsafe text(start.tag))
        case YAML_MAPPING_END_EVENT: return Event(kind: .mappingEnd, mark: mark)
        default: return nil
        }
    }

    private func style(_ style: yaml_scalar_style_t) -> Scalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private var failure: Failure {
        Failure(
            mark: unsafe mark(parser.pointee.problem_mark), problem: unsafe text(parser.pointee.problem) ?? "",
            context: unsafe text(parser.pointee.context) ?? "",
            contextMark: unsafe mark(parser.pointee.context_mark))
    }

    private func mark(_ mark: yaml_mark_t) -> Mark {
        Mark(line: firstLine + Int(clamping: mark.line), column: Int(clamping: mark.column) + 1)
    }

    private func text(_ characters: UnsafeMutablePointer<UInt8>?) -> String? {
        guard let characters = unsafe characters else { return nil }
        return unsafe String(cString: characters)
    }

    private func text(_ characters: UnsafePointer<CChar>?) -> String? {
        guard let characters = unsafe characters else { return nil }
        return unsafe String(cString: characters)
    }
}
