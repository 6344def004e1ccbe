/// The three ways in which a client says what is to change.
enum Patching {
    /// RFC 7396.
    static func merge(_ patch: JSON, into target: JSON?) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var result = target?.members == nil ? JSON.empty : target ?? .empty
        for change in changes {
            if change.value.isNull {
                result[change.name] = nil
            } else {
                result[change.name] = merge(change.value, into: result[change.name])
            }
        }
        return result
    }

    /// By what the elements of a list are told apart in a strategic merge patch; "" stands for the element itself.
    private static let mergeKeys = [
        "ports": "port", "conditions": "type", "ownerReferences": "uid", "finalizers": "", "addresses": "type",
        "taints": "key",
    ]

    /// As `merge`, but lists that have a merge key are merged by it. Directives are not known.
    static func mergeStrategically(_ patch: JSON, into target: JSON?) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var result = target?.members == nil ? JSON.empty : target ?? .empty
        for change in changes where !change.name.hasPrefix("$") {
            switch (change.value, mergeKeys[change.name]) {
            case (.null, _): result[change.name] = nil
            case (.array(let elements), let key?):
                result[change.name] = mergeList(elements, into: result[change.name]?.array ?? [], by: key)
            default: result[change.name] = mergeStrategically(change.value, into: result[change.name])
            }
        }
        return result
    }

    private static func mergeList(_ elements: [JSON], into target: [JSON], by key: String) -> JSON {
        var result = target
        for element in elements {
            let place = result.firstIndex { key.isEmpty ? $0 == element : $0[key] == element[key] }
            if let place, element["$patch"]?.string == "delete" {
                result.remove(at: place)
            } else if let place {
                result[place] = key.isEmpty ? element : mergeStrategically(element, into: result[place])
            } else {
                result.append(element)
            }
        }
        return .array(result)
    }

    struct Refused: Error {}

    /// RFC 6902; throws when an operation cannot be done.
    static func perform(_ operations: [JSON], on target: JSON) throws(Refused) -> JSON {
        var result = target
        for operation in operations {
            guard let name = operation["op"]?.string, let path = operation["path"]?.string else { throw Refused() }
            let steps = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(unescape)
            switch name {
            case "add": try add(operation["value"] ?? .null, at: steps[...], of: &result)
            case "replace":
                try remove(at: steps[...], of: &result)
                try add(operation["value"] ?? .null, at: steps[...], of: &result)
            case "remove": try remove(at: steps[...], of: &result)
            case "test": guard find(steps, in: result) == operation["value"] else { throw Refused() }
            default: throw Refused()
            }
        }
        return result
    }

    private static func unescape(_ step: Substring) -> String {
        var text = ""
        var isEscape = false
        for character in step {
            if isEscape {
                text.append(character == "1" ? "/" : "~")
            } else if character != "~" {
                text.append(character)
            }
            isEscape = !isEscape && character == "~"
        }
        return text
    }

    private static func find(_ steps: [String], in value: JSON) -> JSON? {
        var found: JSON? = value
        for step in steps {
            if let elements = found?.array {
                found = Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            } else {
                found = found?[step]
            }
        }
        return found
    }

    private static func add(_ value: JSON, at steps: ArraySlice<String>, of target: inout JSON) throws(Refused) {
        guard let step = steps.first else { return target = value }
        let rest = steps.dropFirst()
        switch target {
        case .array(var elements):
            let index = step == "-" ? elements.count : Int(step) ?? -1
            if rest.isEmpty {
                guard (0...elements.count).contains(index) else { throw Refused() }
                elements.insert(value, at: index)
            } else {
                guard elements.indices.contains(index) else { throw Refused() }
                try add(value, at: rest, of: &elements[index])
            }
            target = .array(elements)
        case .object:
            if rest.isEmpty { return target[step] = value }
            guard var member = target[step] else { throw Refused() }
            try add(value, at: rest, of: &member)
            target[step] = member
        default: throw Refused()
        }
    }

    private static func remove(at steps: ArraySlice<String>, of target: inout JSON) throws(Refused) {
        guard let step = steps.first else { throw Refused() }
        let rest = steps.dropFirst()
        switch target {
        case .array(var elements):
            guard let index = Int(step), elements.indices.contains(index) else { throw Refused() }
            if rest.isEmpty { elements.remove(at: index) } else { try remove(at: rest, of: &elements[index]) }
            target = .array(elements)
        case .object:
            guard var member = target[step] else { throw Refused() }
            if rest.isEmpty { return target[step] = nil }
            try remove(at: rest, of: &member)
            target[step] = member
        default: throw Refused()
        }
    }
}
