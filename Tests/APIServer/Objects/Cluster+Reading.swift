import FoundationEssentials

/// Lists and watches.
extension Cluster {
    // MARK: - Lists

    func list(_ request: Request, _ target: Target) throws(Refusal) -> Answer {
        if request.flag("watch") { return try watch(request, target) }
        let selection = try Selection(target, request.query)
        let limit = request.query["limit"].flatMap { Int($0) } ?? 0
        let wanted = try revision(request.query["resourceVersion"] ?? "")
        if let token = request.query["continue"], !token.isEmpty {
            return try page(after: ContinueToken(token), limit: limit, selection, target, request)
        }
        if let wanted, request.query["resourceVersionMatch"] == "Exact" {
            guard let objects = storage.all(target.kind, at: wanted) else { throw Self.listTooOld }
            return render(objects.filter(selection.matches), at: wanted, limit: limit, selection, target, request)
        }
        if let wanted, wanted > storage.revision { throw tooLarge(wanted) }
        let objects = storage.all(target.kind).filter(selection.matches)
        // From the cache, a list comes whole.
        let isFromCache = request.query["resourceVersion"] == "0"
        return render(
            objects, at: storage.revision, limit: isFromCache ? 0 : limit, selection, target, request)
    }

    private func page(
        after token: ContinueToken, limit: Int, _ selection: Selection, _ target: Target, _ request: Request
    ) throws(Refusal) -> Answer {
        let past = token.revision ?? storage.revision
        guard let objects = storage.all(target.kind, at: past) else {
            throw Refusal(
                code: 410, reason: "Expired",
                message: "The provided continue parameter is too old to display a consistent list result. You can "
                    + "start a new list without the continue parameter, or use the continue token in this response "
                    + "to retrieve the remainder of the results.",
                metadata: ["continue": .string(ContinueToken(revision: nil, start: token.start).text)])
        }
        let rest = objects.filter { token.start < sortKey($0, target) && selection.matches($0) }
        return render(rest, at: past, limit: limit, selection, target, request)
    }

    private func sortKey(_ stored: Stored, _ target: Target) -> String {
        target.namespace.isEmpty ? stored.key : stored.name
    }

    private func render(
        _ objects: [Stored], at revision: UInt64, limit: Int, _ selection: Selection, _ target: Target,
        _ request: Request
    ) -> Answer {
        let shown = limit > 0 ? objects.prefix(limit) : objects[...]
        var metadata: JSON = ["resourceVersion": .string("\(revision)")]
        if let last = shown.last, shown.count < objects.count {
            metadata["continue"] = .string(ContinueToken(revision: revision, start: sortKey(last, target)).text)
            if selection.isEverything {
                metadata["remainingItemCount"] = .integer(Int64(objects.count - shown.count))
            }
        }
        let isPartial = request.headers["accept"]?.contains("as=PartialObjectMetadataList") ?? false
        let kind = isPartial ? "PartialObjectMetadataList" : "\(target.kind.kind)List"
        let version = isPartial ? "meta.k8s.io/v1" : target.kind.apiVersion
        var body = Array("{\"kind\":\"\(kind)\",\"apiVersion\":\"\(version)\",\"metadata\":".utf8)
        metadata.write(into: &body)
        body += ",\"items\":[".utf8
        for (index, object) in shown.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += isPartial ? Self.partial(object) : object.listText
        }
        body += "]}\n".utf8
        return .whole(Answer.Whole(body: body))
    }

    private static func partial(_ object: Stored) -> [UInt8] {
        let partial: JSON = [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object.whole["metadata"] ?? .empty,
        ]
        return partial.octets
    }

    private func revision(_ text: String) throws(Refusal) -> UInt64? {
        if text.isEmpty { return nil }
        guard let revision = UInt64(text) else {
            throw Refusal(
                code: 500,
                message: "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": "
                    + "invalid syntax")
        }
        return revision
    }

    private static let listTooOld = Refusal(
        code: 410, reason: "Expired", message: "The resourceVersion for the provided list is too old.")

    private func tooLarge(_ wanted: UInt64) -> Refusal {
        Refusal(
            code: 504, reason: "Timeout",
            message: "Timeout: Too large resource version: \(wanted), current: \(storage.revision)",
            details: [
                "causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]],
                "retryAfterSeconds": 1,
            ], retryAfter: 1)
    }

    // MARK: - Watches

    func watch(_ request: Request, _ target: Target) throws(Refusal) -> Answer {
        let sendsBookmarks = request.flag("allowWatchBookmarks")
        let wanted = try revision(request.query["resourceVersion"] ?? "")
        var start = wanted.flatMap { $0 == 0 ? nil : WatchRequest.Start.after($0) } ?? .everything(isMarked: false)
        if request.flag("sendInitialEvents") {
            guard offersStreamingLists else {
                throw .invalidOptions(
                    "ListOptions",
                    [
                        .forbidden(
                            "sendInitialEvents",
                            "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled")
                    ])
            }
            guard request.query["resourceVersionMatch"] == "NotOlderThan" else {
                throw .invalidOptions(
                    "ListOptions",
                    [
                        .forbidden(
                            "resourceVersionMatch",
                            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
                    ])
            }
            start = .everything(isMarked: sendsBookmarks)
        }
        return .watch(
            WatchRequest(
                kind: target.kind, selection: try Selection(target, request.query), start: start,
                sendsBookmarks: sendsBookmarks,
                timeout: request.query["timeoutSeconds"].flatMap { Int64($0) }.map { min(max($0, 0), 86_400) }
                    ?? .random(in: 1800...3600)))
    }
}

/// Where a list goes on.
struct ContinueToken {
    /// Nil: from what there is now, though that is no consistent list.
    var revision: UInt64?
    /// The last key that was shown.
    var start: String

    init(revision: UInt64?, start: String) {
        self.revision = revision
        self.start = start
    }

    init(_ text: String) throws(Refusal) {
        var padded = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        while padded.count % 4 != 0 { padded.append("=") }
        guard let data = Data(base64Encoded: String(padded)), let json = try? JSONReader.read(Array(data)),
            let revision = json["rv"]?.integer, let start = json["start"]?.string
        else {
            throw .badRequest(
                "invalid continue token: continue key is not valid: invalid character looking for beginning of value")
        }
        self.revision = revision < 0 ? nil : UInt64(revision)
        var key = start[...]
        if key.hasPrefix("/") { key.removeFirst() }
        if key.hasSuffix("\0") { key.removeLast() }
        self.start = String(key)
    }

    /// In base64 for addresses, without padding.
    var text: String {
        let json: JSON = [
            "v": "meta.k8s.io/v1", "rv": .integer(revision.map { Int64(clamping: $0) } ?? -1),
            "start": .string("/\(start)\0"),
        ]
        let encoded = Data(json.octets).base64EncodedString()
        return String(encoded.filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }
}
