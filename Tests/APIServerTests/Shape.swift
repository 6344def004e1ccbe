@testable import APIServer

/// How two bodies differ in the names and types of what they hold.
enum Shape {
    /// Reasons and codes are compared as values too.
    private static let exactNames: Set<String> = ["kind", "apiVersion", "reason", "code", "type", "field", "ipMode"]

    static func differences(_ own: JSON, from recorded: JSON, at path: String = "") -> [String] {
        switch (own, recorded) {
        case (.object(let mine), .object(let theirs)):
            return differences(mine, theirs, own, recorded, at: path)
        case (.array(let mine), .array(let theirs)):
            guard mine.count == theirs.count else {
                return ["\(path): \(mine.count) elements instead of \(theirs.count)"]
            }
            return zip(mine, theirs).enumerated().flatMap { index, pair in
                differences(pair.0, from: pair.1, at: "\(path)[\(index)]")
            }
        case (.string(let mine), .string(let theirs)):
            let name = path.split(separator: ".").last.map(String.init) ?? ""
            guard exactNames.contains(name), mine != theirs else { return [] }
            return ["\(path): '\(mine)' instead of '\(theirs)'"]
        case (.integer(let mine), .integer(let theirs)):
            return path.hasSuffix(".code") && mine != theirs ? ["\(path): \(mine) instead of \(theirs)"] : []
        case (.bool, .bool), (.null, .null), (.number, .number): return []
        default: return ["\(path): \(own.text.prefix(60)) instead of \(recorded.text.prefix(60))"]
        }
    }

    private static func differences(
        _ mine: [JSON.Member], _ theirs: [JSON.Member], _ own: JSON, _ recorded: JSON, at path: String
    ) -> [String] {
        let missing = theirs.filter { own[$0.name] == nil }.map { "\(path).\($0.name): missing" }
        let added = mine.filter { recorded[$0.name] == nil }.map { "\(path).\($0.name): not in the recording" }
        let inside = mine.flatMap { member -> [String] in
            guard let their = recorded[member.name] else { return [] }
            if member.name == "managedFields" { return owned(member.value, their, at: "\(path).managedFields") }
            return differences(member.value, from: their, at: "\(path).\(member.name)")
        }
        return missing + added + inside
    }

    /// Managers and times differ; what is owned by all of them together must not.
    private static func owned(_ own: JSON, _ recorded: JSON, at path: String) -> [String] {
        let names = [own, recorded].map { Set(($0.array ?? []).flatMap { $0.members?.map(\.name) ?? [] }) }
        let fields = [own, recorded].map { entries in
            Set((entries.array ?? []).flatMap { leaves($0["fieldsV1"] ?? .null, at: "") })
        }
        return names[0].symmetricDifference(names[1]).sorted().map { "\(path): \($0)" }
            + fields[0].subtracting(fields[1]).sorted().map { "\(path): \($0) is owned" }
            + fields[1].subtracting(fields[0]).sorted().map { "\(path): \($0) is not owned" }
    }

    private static func leaves(_ tree: JSON, at path: String) -> [String] {
        guard let members = tree.members, !members.isEmpty else { return [path] }
        return members.flatMap { leaves($0.value, at: "\(path)/\($0.name)") }
    }
}
