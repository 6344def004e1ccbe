/// Frames that the switches lose without anyone noticing: carrier stays up. Ends with `Lab.heal`.
public struct Obstacle: Hashable, Sendable {
    /// Unique within the process.
    let number: Int
    /// Ports a frame must come from; nil for any.
    let from: Set<String>?
    /// Ports a frame must go to; nil for any.
    let to: Set<String>?
    let traffic: Traffic

    /// Rules of the bridge's forward chain, which sees a flooded frame once per port it goes out of.
    var rules: [String] {
        let ports = [Self.match("iifname", from), Self.match("oifname", to)].compactMap(\.self)
        return traffic.matches.map { (ports + [$0, "drop"]).filter { !$0.isEmpty }.joined(separator: " ") }
    }

    private static func match(_ key: String, _ ports: Set<String>?) -> String? {
        guard let ports else { return nil }
        return "\(key) { \(ports.sorted().map { "\"\($0)\"" }.joined(separator: ", ")) }"
    }
}
