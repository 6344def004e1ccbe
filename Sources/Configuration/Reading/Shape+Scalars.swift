import YAML

/// The longest text that any value may have, in octets.
private let longestText = 4096

extension Shape {
    /// Text with a syntax of its own, with or without quotes. `parse` gets at most 4096 octets without control
    /// characters.
    static func word(
        _ noun: String, example: String, show: @escaping (Value) -> String?,
        _ parse: @escaping (String) throws(Objection) -> Value
    ) -> Shape {
        scalar(noun, example: example, show: show) { scalar throws(Objection) in try parse(scalar.text) }
    }

    private static func scalar(
        _ noun: String, example: String, show: @escaping (Value) -> String?,
        _ parse: @escaping (Scalar) throws(Objection) -> Value
    ) -> Shape {
        Shape(noun: noun, example: example, show: show) { node, reading in
            guard let scalar = node.scalar, scalar.value != .null else {
                reading.refuse(node, expecting: noun, example: example)
                return nil
            }
            do throws(Objection) {
                try check(scalar.text)
                return try parse(scalar)
            } catch {
                reading.error(node.mark, "\(reading.subject): \(error.what)", cure: error.cure)
                return nil
            }
        }
    }

    private static func check(_ text: String) throws(Objection) {
        guard text.utf8.count <= longestText else {
            throw Objection("the text has more than \(longestText) octets", cure: "shorten it")
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Objection("\(quoted(text)) has a control character", cure: "remove it")
        }
    }
}

extension Shape where Value == String {
    /// Text that `check` accepts. A number or truth value needs quotes.
    static func text(
        _ noun: String = "text", example: String, _ check: @escaping (String) throws(Objection) -> Void
    ) -> Shape {
        scalar(noun, example: example, show: { $0.isEmpty ? nil : $0 }) { scalar throws(Objection) in
            guard scalar.value == .string(scalar.text) else {
                throw Objection("\(quoted(scalar.text)) without quotes is not text", cure: "put quotes around it")
            }
            try check(scalar.text)
            return scalar.text
        }
    }
}

extension Shape where Value == Bool {
    static var boolean: Shape {
        scalar("true or false", example: "true", show: { String($0) }) { scalar throws(Objection) in
            guard case .boolean(let value) = scalar.value else {
                throw Objection(
                    "\(quoted(scalar.text)) is not a truth value", cure: "write true or false, without quotes")
            }
            return value
        }
    }
}

extension Shape where Value == Int {
    /// A whole number within bounds.
    static func integer(_ range: ClosedRange<Int>) -> Shape {
        let noun = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return scalar(noun, example: range.contains(0) ? "0" : "\(range.lowerBound)", show: { String($0) }) {
            scalar throws(Objection) in
            guard case .integer(let number) = scalar.value, let value = Int(exactly: number), range.contains(value)
            else { throw Objection("\(quoted(scalar.text)) is not \(noun)", cure: "write \(noun), without quotes") }
            return value
        }
    }
}

extension Shape where Value == Duration {
    /// A number with a unit, within bounds.
    static func duration(_ range: ClosedRange<Duration>) -> Shape {
        let lowest = DurationText.text(of: range.lowerBound)
        let highest = DurationText.text(of: range.upperBound)
        return word("a duration", example: "5s", show: DurationText.text) { text throws(Objection) in
            let duration = try DurationText.duration(from: text)
            guard range.contains(duration) else {
                throw Objection(
                    "\(quoted(text)) is out of bounds", cure: "write a duration from \(lowest) to \(highest)")
            }
            return duration
        }
    }
}

extension Shape where Value: RawRepresentable & CaseIterable & Equatable, Value.RawValue == String {
    /// One of the names of an enumeration; those in `notYet` are known, and refused.
    static func choice(notYet: [Value] = []) -> Shape {
        let names = Value.allCases.filter { !notYet.contains($0) }.map(\.rawValue)
        let noun = "one of \(names.joined(separator: ", "))"
        return word(noun, example: names.first ?? "", show: \.rawValue) { text throws(Objection) in
            guard let value = Value(rawValue: text) else {
                let cure = NearestWord.nearest(to: text, among: names).map { "write '\($0)'" } ?? "write \(noun)"
                throw Objection("\(quoted(text)) is not known", cure: cure)
            }
            if notYet.contains(value) { throw Objection("'\(text)' is not available yet", cure: "write \(noun)") }
            return value
        }
    }
}
