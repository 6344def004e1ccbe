import NetworkTypes

/// Puts what others wrote into sentences.
public enum Wording {
    /// At most 64 characters, those replaced that are not plain.
    public static func shown(_ text: some StringProtocol) -> String {
        let shown = text.prefix(64).map { $0.unicodeScalars.allSatisfy(\.isPlain) ? $0 : "?" }
        return String(shown) + (text.count > 64 ? "…" : "")
    }
}
