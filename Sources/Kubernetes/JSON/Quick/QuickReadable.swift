/// What is read so often that it is read by hand: an answer of the API as servers write it.
///
/// Reading throws at whatever is out of the ordinary, and gives what `Decodable` would give for all else: null counts as
/// absent, and members that are not known are passed over.
protocol QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected)
}

extension QuickReadable {
    /// Nil when the document is to be read with more care.
    static func read(_ octets: [UInt8]) -> Self? {
        var json = JSONText(octets)
        do throws(JSONText.Unexpected) {
            let value = try Self(from: &json)
            try json.end()
            return value
        } catch {
            return nil
        }
    }
}

extension ListPage: QuickReadable where Object: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        var metadata: ListMeta?
        var items: [Object] = []
        try json.beginObject()
        while let key = try json.nextKey() {
            switch key {
            case "metadata": metadata = try ListMeta(from: &json)
            case "items":
                if !json.isNull() {
                    items = try json.list { json throws(JSONText.Unexpected) in try Object(from: &json) }
                }
            default: try json.skip()
            }
        }
        guard let metadata else { throw JSONText.Unexpected() }
        self.init(metadata: metadata, items: items)
    }
}

extension ListMeta: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        (resourceVersion, continueToken) = ("", "")
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "resourceVersion": resourceVersion = try json.text()
            case "continue": continueToken = try json.text()
            default: try json.skip()
            }
        }
    }
}

extension WatchEvent: QuickReadable where Object: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        try json.beginObject()
        guard try json.nextKey() == "type" else { throw JSONText.Unexpected() }
        let type = try json.text()
        guard ["ADDED", "MODIFIED", "DELETED"].contains(type), try json.nextKey() == "object" else {
            throw JSONText.Unexpected()
        }
        let object = try Object(from: &json)
        guard try json.nextKey() == nil else { throw JSONText.Unexpected() }
        self = type == "DELETED" ? .deleted(.object(object)) : .changed(.object(object))
    }
}

extension ObjectMeta: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        self.init(name: "")
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "name": name = try json.text()
            case "namespace": namespace = try json.text()
            case "uid": uid = try json.text()
            case "resourceVersion": resourceVersion = try json.text()
            case "generation": generation = try json.integer(Int64.self)
            case "creationTimestamp": creationTimestamp = try json.time()
            case "deletionTimestamp": deletionTimestamp = try json.time()
            case "labels": labels = try json.texts()
            case "annotations": annotations = try json.texts()
            case "finalizers": finalizers = try json.textList()
            default: try json.skip()
            }
        }
    }
}

extension JSONText {
    /// A point in time, as RFC 3339 writes it.
    mutating func time() throws(Unexpected) -> Timestamp {
        guard let time = Timestamp(try text()) else { throw Unexpected() }
        return time
    }
}
