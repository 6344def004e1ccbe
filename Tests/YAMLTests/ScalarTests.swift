import Testing
import YAML

struct ScalarTests {
    @Test(
        "plain text resolves by the core schema",
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("NULL", .null), ("nULL", .string("nULL")),
            ("true", .boolean(true)), ("False", .boolean(false)), ("yes", .string("yes")), ("on", .string("on")),
            ("n", .string("n")), ("0", .integer(0)), ("-17", .integer(-17)), ("+5", .integer(5)),
            ("0777", .integer(777)), ("0o17", .integer(15)), ("0xFf", .integer(255)), ("0x", .string("0x")),
            ("0x-1", .string("0x-1")), ("0b1", .string("0b1")), ("1_000", .string("1_000")),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .float(9_223_372_036_854_775_808)),
            ("0xfffffffffffffffff", .float(.infinity)), ("1.5", .float(1.5)), ("-.5e+3", .float(-500)),
            ("1.", .float(1)), ("1e9999", .float(.infinity)), (".", .string(".")), ("-", .string("-")),
            ("1e", .string("1e")), ("1.2.3", .string("1.2.3")), ("+.inf", .float(.infinity)),
            ("-.INF", .float(-.infinity)), ("inf", .string("inf")), ("nan", .string("nan")),
            ("12:30", .string("12:30")),
            ("2001-01-01", .string("2001-01-01")), ("５", .string("５")), ("10.0.0.1", .string("10.0.0.1")),
        ] as [(String, Scalar.Value)])
    func plain(text: String, value: Scalar.Value) {
        #expect(Scalar(text, style: .plain).value == value)
    }

    @Test("quoted text is always a string", arguments: ["", "true", "5", "null", ".inf"])
    func quotedText(text: String) {
        for style in [Scalar.Style.singleQuoted, .doubleQuoted, .literal, .folded] {
            #expect(Scalar(text, style: style).value == .string(text))
        }
    }

    @Test("tags of the core schema say what text means")
    func tags() throws {
        let root = try Parser.parse(Array("[!!str 5, !!int \"5\", ! 5, !!float 5, !!null '']".utf8))[0].root
        let values = root.sequence?.map { $0.scalar?.value }
        #expect(values == [.string("5"), .integer(5), .string("5"), .integer(5), .null])
    }
}
