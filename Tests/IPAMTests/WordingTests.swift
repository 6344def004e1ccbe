import IPAM
import Testing

@Suite struct WordingTests {
    @Test(
        "what others wrote does not steer a terminal",
        arguments: [
            ("plain", "plain"), ("größer → 大", "größer → 大"), ("a\nb\u{1B}[31m\u{7F}", "a?b?[31m?"),
            ("\u{9B}31m", "?31m"), ("a\u{202E}b", "a?b"), ("\u{2066}\u{2028}\u{E000}", "???"),
        ])
    func plain(text: String, shown: String) {
        #expect(Wording.shown(text) == shown)
    }

    @Test("long text is cut")
    func cut() {
        #expect(Wording.shown(String(repeating: "a", count: 65)) == String(repeating: "a", count: 64) + "…")
    }
}
