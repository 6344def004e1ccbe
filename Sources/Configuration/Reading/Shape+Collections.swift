import YAML

extension Shape {
    /// A list whose items all have one shape.
    static func list<Element>(of item: Shape<Element>, _ noun: String, example: String) -> Shape
    where Value == [Element] {
        var made = Shape(
            noun: noun, example: example, show: { items in showList(items.map { item.show($0) }) }
        ) { node, reading in
            guard let nodes = node.sequence else {
                reading.refuse(node, expecting: noun, example: example)
                return nil
            }
            var values: [Element] = []
            for (index, node) in nodes.enumerated() {
                if let value = reading.inside(index, { item.read(node, &$0) }) { values.append(value) }
            }
            return values.count == nodes.count ? values : nil
        }
        made.inner = item.inner.map { $0.prefixed("[]") }
        return made
    }

    /// A mapping whose keys users choose.
    static func dictionary<Element>(
        of item: Shape<Element>, _ noun: String, example: String,
        checkKey: @escaping (String) throws(Objection) -> Void
    ) -> Shape where Value == [String: Element] {
        Shape(noun: noun, example: example, show: { _ in nil }) { node, reading in
            guard let mapping = node.mapping else {
                reading.refuse(node, expecting: noun, example: example)
                return nil
            }
            var values: [String: Element] = [:]
            for entry in mapping.entries {
                do throws(Objection) {
                    try checkKey(entry.key.text)
                } catch {
                    reading.error(entry.key.mark, "\(reading.subject): \(error.what)", cure: error.cure)
                    continue
                }
                values[entry.key.text] = reading.inside(shownKey(entry.key.text), { item.read(entry.value, &$0) })
            }
            return values.count == mapping.entries.count ? values : nil
        }
    }

    /// A mapping with known keys, each of which fills a property of `start`. Nothing at all counts as `{}`.
    static func mapping(_ start: Value, _ fields: [Field<Value>], example: String = "{}") -> Shape {
        var made = Shape(noun: "a mapping", example: example, show: { _ in nil }) { node, reading in
            guard let mapping = node.isNull ? Mapping([]) : node.mapping else {
                reading.refuse(node, expecting: "a mapping", example: example)
                return nil
            }
            var value = start
            var isComplete = true
            for entry in mapping.entries {
                guard let field = fields.first(where: { $0.key == entry.key.text }) else {
                    refuse(entry.key, knowing: fields.map(\.key), &reading)
                    isComplete = false
                    continue
                }
                let isRead = reading.inside(field.key) { field.read(entry.value, &value, &$0) }
                isComplete = isComplete && isRead
            }
            for field in fields where field.isRequired && mapping[field.key] == nil {
                let place = reading.path.isEmpty ? "" : " in \(reading.subject)"
                reading.error(node.mark, "the key '\(field.key)' is missing\(place)", cure: field.cureOfAbsence)
                isComplete = false
            }
            return isComplete ? value : nil
        }
        made.inner = fields.flatMap { $0.describe(start) }.map { $0.prefixed(".") }
        return made
    }

    private static func refuse(_ key: Mapping.Key, knowing known: [String], _ reading: inout Reading) {
        guard !reading.isFull else { return reading.error(key.mark, "unknown key", cure: "remove it") }
        let place = reading.path.isEmpty ? "" : " in \(reading.subject)"
        let cure =
            if let near = NearestWord.nearest(to: key.text, among: known) {
                "write '\(near)'"
            } else if known.isEmpty {
                "remove it"
            } else {
                "remove it; the keys here are \(known.joined(separator: ", "))"
            }
        reading.error(key.mark, "unknown key \(quoted(key.text))\(place)", cure: cure)
    }

    private static func showList(_ items: [String?]) -> String? {
        "[\(items.compactMap(\.self).joined(separator: ", "))]"
    }

    /// A key as part of a path.
    private static func shownKey(_ key: String) -> String { String(quoted(key).dropFirst().dropLast()) }
}
