/// What goes wrong on command.
struct FaultPlan {
    enum Action: Equatable {
        /// This status, with a `Status` body, or plain text as priority and fairness sends it for 429.
        case status(Int, retryAfter: Int?)
        /// The right answer, so many milliseconds late.
        case delay(Int64)
        /// No answer at all.
        case stall
        /// The connection ends before the answer.
        case cut
        /// A length, and then fewer octets.
        case wrongLength
        /// A chunk that ends halfway.
        case halfChunk
        /// An answer that is no JSON.
        case garbage
    }

    struct Rule: Equatable {
        var verb: String?
        /// As in RBAC rules: `services/status`.
        var resource: String?
        var action: Action
        /// How often; negative: always.
        var count: Int

        func matches(_ verb: String, _ resource: String) -> Bool {
            (self.verb ?? verb) == verb && (self.resource ?? resource) == resource
        }
    }

    private(set) var rules: [Rule] = []
    private static let limit = 100

    mutating func add(_ rule: Rule) {
        if rules.count < Self.limit { rules.append(rule) }
    }

    mutating func clear() {
        rules = []
    }

    /// The first that fits, which is used up by one.
    mutating func take(_ verb: String, _ resource: String) -> Action? {
        guard let place = rules.firstIndex(where: { $0.matches(verb, resource) }) else { return nil }
        let action = rules[place].action
        if rules[place].count > 0 { rules[place].count -= 1 }
        if rules[place].count == 0 { rules.remove(at: place) }
        return action
    }
}

extension FaultPlan.Rule {
    /// `{"verb": …, "resource": …, "count": …, "action": "status", "code": …, "retryAfter": …, "milliseconds": …}`
    init?(_ json: JSON) {
        verb = json["verb"]?.string
        resource = json["resource"]?.string
        count = json["count"]?.integer.flatMap { Int(exactly: $0) } ?? 1
        switch json["action"]?.string {
        case "status":
            guard let code = json["code"]?.integer, (300..<600).contains(code) else { return nil }
            action = .status(Int(code), retryAfter: json["retryAfter"]?.integer.flatMap { Int(exactly: $0) })
        case "delay": action = .delay(min(max(json["milliseconds"]?.integer ?? 0, 0), 600_000))
        case "stall": action = .stall
        case "cut": action = .cut
        case "wrongLength": action = .wrongLength
        case "halfChunk": action = .halfChunk
        case "garbage": action = .garbage
        default: return nil
        }
    }
}
