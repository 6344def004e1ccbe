import Testing

@testable import APIServer

@Suite("JSON and patches of the API server for tests")
struct JSONTests {
    private func read(_ text: String) throws -> JSON { try JSONReader.read(Array(text.utf8)) }

    @Test(
        "what is read is written again",
        arguments: [
            "{}", "[]", "null", "true", "-12", "1.5", "\"a\"", "[1,[2,{\"a\":null}],\"\\u0001\\n\\\"\\\\\"]",
            "{\"a\":{\"b\":[{}]},\"ä\":\"😀\"}",
        ])
    func roundTrip(_ text: String) throws {
        #expect(try read(text).text == text)
    }

    @Test("escapes are read; of members with one name the last counts")
    func forms() throws {
        #expect(try read("\"\\u00e4\\ud83d\\ude00\\/\\t\"") == "ä😀/\t")
        #expect(try read(" { \"a\" : 1 , \"a\" : 2 } ") == ["a": 2])
        #expect(try read("\"\\ud83d\"") == "\u{FFFD}")
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", "{", "[1,", "{\"a\"}", "{\"a\":}", "[1 2]", "tru", "nul", "\"", "\"\\x\"", "\"\\u12\"", "-", "1e999",
            "{}x",
            "[,]", "{1:2}", String(repeating: "[", count: 100_000),
        ])
    func refused(_ text: String) {
        #expect(throws: JSONReader.Fault.self) { try read(text) }
    }

    @Test(
        "a merge patch follows the examples of RFC 7396",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":"foo"}"#, "null", "null"), (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
            ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ])
    func mergePatch(_ target: String, _ patch: String, _ result: String) throws {
        #expect(try Patching.merge(read(patch), into: read(target)).text == result)
    }

    @Test("a JSON patch does its operations, or none")
    func jsonPatch() throws {
        let target = try read(#"{"a":[1,2],"b":{"c/d":1}}"#)
        let done = try Patching.perform(
            try read(
                #"[{"op":"test","path":"/a/1","value":2},{"op":"add","path":"/a/-","value":3},"#
                    + #"{"op":"remove","path":"/a/0"},{"op":"replace","path":"/b/c~1d","value":9}]"#
            ).array ?? [], on: target)
        #expect(done.text == #"{"a":[2,3],"b":{"c/d":9}}"#)
        for wrong in [#"{"op":"remove","path":"/x"}"#, #"{"op":"add","path":"/a/9","value":1}"#, #"{"op":"what"}"#] {
            #expect(throws: Patching.Refused.self) { try Patching.perform([try read(wrong)], on: target) }
        }
    }
}
