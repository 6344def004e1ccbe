import Testing

@testable import Kubernetes

@Suite("JSON to be sent")
struct JSONValueTests {
    private static let vectors: [(JSONValue, String)] = [
        (.null, "null"), (true, "true"), (-5, "-5"), ("a", #""a""#), ([], "[]"), ([:], "{}"),
        ("\"\\\n\u{1}\u{1F}é\u{1F600}", #""\"\\\u000a\u0001\u001fé😀""#),
        (["b": [1, nil], "a": ["x": "y"]], #"{"b":[1,null],"a":{"x":"y"}}"#),
        (.strings(["b": nil, "a": "1"]), #"{"a":"1","b":null}"#),
    ]

    @Test("as text", arguments: vectors)
    func text(value: JSONValue, text: String) {
        #expect(String(decoding: value.octets, as: UTF8.self) == text)
    }
}
