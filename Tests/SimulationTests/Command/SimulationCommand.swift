import Glibc
import NetworkTypes

/// `herald-simulate [--seed N] [--seeds N] [--machines N] [--services N] [--interval MS] [--rounds N] [--storm S]
/// [--pace MS] [--full] [--calm] [--verbose] [--history WORD]`
struct SimulationCommand {
    private var first: UInt64 = 0
    private var count: UInt64 = 1
    private var sizes: [String: Int] = [:]
    private var isRough = true
    private var startsFull = false
    private var isVerbose = false
    private var word: String?

    init(_ words: some Sequence<String>) {
        var words = Array(words)[...]
        while let word = words.popFirst() {
            if takeFlag(word) { continue }
            if word == "--history" {
                self.word = words.popFirst() ?? ""
                continue
            }
            guard let text = words.popFirst(), let number = Int(text), number >= 0 else {
                print("'\(word)' wants a number")
                exit(2)
            }
            switch word {
            case "--seed": first = UInt64(number)
            case "--seeds": count = UInt64(number)
            case "--machines", "--services", "--interval", "--rounds", "--storm", "--pace": sizes[word] = number
            default:
                print("'\(word)' is no option")
                exit(2)
            }
        }
    }

    /// False where the word wants a value.
    private mutating func takeFlag(_ word: String) -> Bool {
        switch word {
        case "--calm": isRough = false
        case "--full": startsFull = true
        case "--verbose": isVerbose = true
        default: return false
        }
        return true
    }

    /// Whether nothing was wrong.
    mutating func run() -> Bool {
        var isSound = true
        var simulated = Duration.zero
        let start = ContinuousClock.now
        for seed in first..<(first + count) {
            let world = World(options(seed))
            world.live()
            simulated += .nanoseconds(world.now.nanoseconds)
            if let word {
                let marks = [word, "meets", "allocates"]
                for line in world.history where word.isEmpty || marks.contains(where: line.contains) { print(line) }
            }
            for problem in world.judge.problems.prefix(5) { print("seed \(seed): \(problem)") }
            if !world.judge.problems.isEmpty { isSound = false }
            fflush(nil)
            if count == 1 || isVerbose {
                print("seed \(seed): \(options(seed).machines) machines, \(options(seed).services) Services")
                print(
                    "\(world.events) events, \(world.judge.totalWrites) writes, \(world.judge.moves) moves, digest "
                        + String(world.digest, radix: 16))
            }
        }
        let took = start.duration(to: .now)
        let hours = Double(simulated.components.seconds) / 3600
        let minutes = Double(took.wholeNanoseconds) / 60e9
        print("\(count) seeds, \(hours) simulated hours in \(minutes) minutes: \(hours / minutes) hours a minute")
        return isSound
    }

    private func options(_ seed: UInt64) -> World.Options {
        var options = Seeds.options(seed)
        options.isRough = isRough
        options.startsFull = startsFull
        options.keepsHistory = word != nil
        options.tellsProgress = isVerbose && count == 1
        if let machines = sizes["--machines"] { options.machines = machines }
        if let services = sizes["--services"] { options.services = services }
        if let interval = sizes["--interval"] { options.interval = .milliseconds(interval) }
        if let rounds = sizes["--rounds"] { options.rounds = rounds }
        if let storm = sizes["--storm"] { options.storm = .seconds(storm) }
        if let pace = sizes["--pace"] { options.pace = .milliseconds(pace) }
        return options
    }
}
