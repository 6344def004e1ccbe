/// Reads document after document of one text.
struct StreamReader {
    private(set) var documents: [Document] = []
    private(set) var errors: [YAMLError] = []

    private let text: SourceText
    private var builder: TreeBuilder
    private let limits: Limits

    /// How reading from one place ended.
    private enum Outcome {
        case finished
        case limitReached(YAMLError)
        /// `line` is where the broken document began, or the last place known before.
        case broken(YAMLError, documentLine: Int)
    }

    init(_ text: SourceText, limits: Limits) {
        self.text = text
        self.limits = limits
        builder = TreeBuilder(limits: limits, surrogates: text.surrogates)
    }

    mutating func readAll() {
        var place: SourceText.Place? = text.beginning
        while let from = place {
            place = nil
            switch read(from: from) {
            case .finished: break
            case .limitReached(let error): return errors.append(error)
            case .broken(let error, let documentLine):
                errors.append(error)
                guard errors.count < Parser.Stream.mostErrors else { return }
                place = text.nextDocument(after: from, fromLine: documentLine + 1)
            }
        }
        if let error = text.error { errors.append(error) }
    }

    private mutating func read(from place: SourceText.Place) -> Outcome {
        var documentLine = place.line
        builder.reset()
        do {
            var events = try EventReader(text.bytes[place.offset...], firstLine: place.line)
            while true {
                let event = try events.next()
                switch event.kind {
                case .streamEnd: return .finished
                case .documentStart:
                    documentLine = event.mark.line
                    guard documents.count < limits.documents else {
                        return .limitReached(
                            YAMLError(
                                event.mark, "there are more than \(limits.documents) documents", cure: "split the file")
                        )
                    }
                case .documentEnd: documents.append(builder.finish())
                default:
                    do throws(YAMLError) {
                        try builder.add(event)
                    } catch {
                        return .limitReached(error)
                    }
                }
            }
        } catch {
            return .broken(error.explained(in: text), documentLine: documentLine)
        }
    }
}
