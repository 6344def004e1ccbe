/// What a request gets back.
enum Answer {
    case whole(Whole)
    case watch(WatchRequest)

    struct Whole {
        var code = 200
        var contentType = "application/json"
        var headers: [(String, String)] = []
        var body: [UInt8]
        /// Large answers come in chunks, without a length.
        var isChunked: Bool { body.count > 1600 }
    }

    static func object(_ stored: Stored, code: Int = 200, warnings: [String] = []) -> Answer {
        .whole(Whole(code: code, headers: warnings.map { ("Warning", "299 - \"\($0)\"") }, body: stored.text + [0x0A]))
    }

    static func json(_ json: JSON, code: Int = 200) -> Answer {
        .whole(Whole(code: code, body: json.octets + [0x0A]))
    }

    static func text(_ text: String, code: Int = 200) -> Answer {
        .whole(
            Whole(
                code: code, contentType: "text/plain; charset=utf-8", headers: [("X-Content-Type-Options", "nosniff")],
                body: Array(text.utf8)))
    }

    static func refusal(_ refusal: Refusal) -> Answer {
        var answer = Whole(code: refusal.code, body: refusal.body.octets + [0x0A])
        if refusal.code == 403 { answer.headers.append(("X-Content-Type-Options", "nosniff")) }
        if let seconds = refusal.retryAfter { answer.headers.append(("Retry-After", "\(seconds)")) }
        return .whole(answer)
    }
}

/// What a watch asks for.
struct WatchRequest {
    enum Start {
        /// Everything there is as ADDED; with `isMarked` a bookmark ends it.
        case everything(isMarked: Bool)
        /// Changes after a revision.
        case after(UInt64)
    }

    var kind: ResourceKind
    var selection: Selection
    var start: Start
    var sendsBookmarks: Bool
    /// Seconds.
    var timeout: Int64
}
