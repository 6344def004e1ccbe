import Lab
import Testing

@Suite struct EventuallyTests {
    @Test("the value that was waited for and the time it took are returned")
    func succeeds() throws {
        var count = 0
        let result = try eventually(within: .seconds(5), every: .milliseconds(1)) {
            count += 1
            return count
        } until: {
            $0 == 5
        }
        #expect(result.value == 5)
        #expect(result.after >= .milliseconds(4))
    }

    @Test("waiting in vain tells what was seen last")
    func fails() throws {
        let error = #expect(throws: LabError.self) {
            try eventually("it is blue", within: .milliseconds(10), observe: { "red" }, until: { $0 == "blue" })
        }
        #expect(error?.description == "it is blue: not within 0.01 seconds; last seen: red")
    }

    @Test("an error counts as not yet")
    func tolerates() throws {
        var count = 0
        try eventually(within: .seconds(5), every: .milliseconds(1)) {
            count += 1
            if count < 3 { throw LabError.badName("early") }
            return true
        }
        #expect(count == 3)
    }
}
