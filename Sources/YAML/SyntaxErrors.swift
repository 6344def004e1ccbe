extension EventReader.Failure {
    /// The failure in words for the author of the text.
    func explained(in text: SourceText) -> YAMLError {
        if problem.hasPrefix("found unexpected end of stream") || problem == "found unexpected document indicator" {
            return YAMLError(contextMark, "the quoted text is never closed", cure: "add the missing quote")
        }
        if problem == "found character that cannot start any token" {
            return unexpectedCharacter(text.character(at: mark))
        }
        if problem.hasPrefix("did not find expected ',' or") {
            let what = problem.hasSuffix("']'") ? "list" : "mapping"
            let end = problem.hasSuffix("']'") ? "']'" : "'}'"
            return YAMLError(
                contextMark, "the \(what) that begins here is not complete at \(mark)",
                cure: "write ',' between its parts and \(end) at its end")
        }
        guard let (what, cure) = Self.words.first(where: { problem.hasPrefix($0.key) })?.value else {
            return YAMLError(mark, "this is not YAML", cure: "correct the syntax (\(problem))")
        }
        return YAMLError(mark, what, cure: cure)
    }

    private func unexpectedCharacter(_ character: Unicode.Scalar?) -> YAMLError {
        switch character {
        case "\t": YAMLError(mark, "a tab is used for indentation", cure: "indent with spaces")
        case .some(let character):
            YAMLError(
                mark, "a value cannot begin with \(quoted(String(character)))", cure: "put quotes around the value")
        case nil: YAMLError(mark, "a value is missing here", cure: "write one")
        }
    }

    /// By the beginning of what libyaml says.
    private static let words: [String: (what: String, cure: String)] = [
        "mapping values are not allowed": (
            "a ':' is not expected here", "check the indentation, or put quotes around text that holds ': '"
        ),
        "could not find expected ':'": ("there is no ':' after this key", "write 'key: value'"),
        "did not find expected key": (
            "this does not belong to the mapping above", "indent it like the other keys, or quote the value before it"
        ),
        "did not find expected '-' indicator": (
            "this does not belong to the list above", "begin the line with '- ', indented like the other items"
        ),
        "did not find expected node content": ("a value is missing here", "write one"),
        "block sequence entries are not allowed": ("a list cannot begin here", "begin the list on a line of its own"),
        "mapping keys are not allowed": ("a key cannot begin here", "begin the mapping on a line of its own"),
        "did not find expected <document start>": ("a document cannot begin here", "write '---' on a line before it"),
        "found undefined tag handle": ("the tag's prefix is not known", "remove the tag"),
        "found incompatible YAML document": ("this version of YAML is not known", "remove the %YAML line"),
        "found duplicate %YAML": ("the %YAML line is written twice", "remove one"),
        "found duplicate %TAG": ("the %TAG line is written twice", "remove one"),
        "found unknown directive name": ("this directive is not known", "remove the line that begins with '%'"),
        "found unknown escape character": (
            "this escape is not known", "write '\\\\' for a backslash, or use single quotes"
        ),
        "did not find expected hexdecimal number": ("the escape is not complete", "write all its hexadecimal digits"),
        "found invalid Unicode character escape": ("the escape names no character", "write another number"),
        "found a tab character": ("a tab is used for indentation", "indent with spaces"),
        "did not find expected comment or line break": (
            "text follows '|' or '>'", "begin the text on the next line"
        ),
        "found an indentation indicator equal to 0": ("the indentation cannot be 0", "write 1 to 9 or nothing"),
        "did not find expected alphabetic": ("the name after '&' or '*' is missing", "put quotes around the value"),
        "found unexpected ':'": ("a ':' is not expected here", "put quotes around the value"),
        "out of memory": ("there is not enough memory", "give the process more"),
    ]
}
