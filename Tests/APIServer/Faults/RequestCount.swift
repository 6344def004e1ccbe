/// How many requests there were, by verb and resource.
struct RequestCount {
    private var counts: [String: Int64] = [:]
    private static let limit = 1000

    mutating func add(_ verb: String, _ resource: String) {
        let key = "\(verb) \(resource)"
        if counts.count < Self.limit || counts[key] != nil { counts[key, default: 0] += 1 }
    }

    mutating func clear() {
        counts = [:]
    }

    var body: JSON {
        .object(counts.sorted { $0.key < $1.key }.map { JSON.Member(name: $0.key, value: .integer($0.value)) })
    }
}
