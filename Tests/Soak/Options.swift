import Foundation

/// How long, how much, and from which seed.
struct Options: Sendable {
    var seed = UInt64.random(in: 1...999_999)
    var duration = Duration.seconds(1800)
    var services = 500
    /// Churn and faults between two calms.
    var round = Duration.seconds(30)
    /// `arp.attach`; nil: chosen by the seed.
    var attach: String?
    /// How long model and world have to come to agree in a calm.
    var patience = Duration.seconds(100)
    /// Kinds of faults to leave out, by name.
    var without: Set<String> = []

    static let usage = """
        usage: herald-soak [--seed N] [--seconds N] [--services N] [--round SECONDS] [--attach interface|link|none]
                           [--patience SECONDS] [--without FAULT]…

        Churns Services on three nodes, an API server and a router, breaks what can be broken, and after each calm
        compares the world with what the API's objects say. Needs root. HERALD_PROGRAM names another herald.
        """

    init?(_ words: ArraySlice<String>) {
        var words = words
        while let word = words.popFirst() {
            guard let value = words.popFirst() else { return nil }
            switch (word, Int(value)) {
            case ("--seed", _): seed = UInt64(value) ?? seed
            case ("--seconds", let number?): duration = .seconds(number)
            case ("--services", let number?) where (1...1000).contains(number): services = number
            case ("--round", let number?) where number > 0: round = .seconds(number)
            case ("--patience", let number?) where number > 0: patience = .seconds(number)
            case ("--attach", _) where ["interface", "link", "none"].contains(value): attach = value
            case ("--without", _): without.insert(value)
            default: return nil
            }
        }
    }
}
