/// Puts what others wrote into sentences.
public enum Wording {
    /// At most 64 characters, control characters replaced.
    public static func shown(_ text: some StringProtocol) -> String {
        let shown = text.prefix(64).map {
            $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? "?" : $0
        }
        return String(shown) + (text.count > 64 ? "…" : "")
    }
}
