/// Server-side apply.
extension Cluster {
    func applyOnServer(_ request: Request, _ target: Target) throws(Refusal) -> Answer {
        guard let manager = request.query["fieldManager"], !manager.isEmpty else {
            throw .invalidOptions("PatchOptions", [.required("fieldManager", "is required for apply patch")])
        }
        var wanted = try object(in: request, of: target.kind)
        if wanted[path: "metadata", "managedFields"]?.isEmpty == false {
            throw .badRequest("metadata.managedFields must be nil")
        }
        wanted["metadata"]?["resourceVersion"] = nil
        guard let old = storage.object(target.kind, target.key) else {
            guard target.subresource.isEmpty else { throw .notFound(target.name, target.kind) }
            return .object(
                try create(wanted, target.kind, namespace: target.namespace, by: author(of: request, target)), code: 201
            )
        }
        if target.subresource == "status" { wanted["spec"] = nil } else { wanted["status"] = nil }
        let author = author(of: request, target)
        let filled = Self.filledIn(wanted, target.kind, like: old.object)
        let conflicts = old.owners.conflicts(of: filled, with: old.object, manager: manager)
        if !conflicts.isEmpty, !author.isForced { throw Self.applyConflict(conflicts) }
        var new = Patching.mergeStrategically(filled, into: old.object)
        for field in old.owners.abandoned(by: manager, subresource: target.subresource, applying: filled) {
            Self.remove(field[...], from: &new)
        }
        return .object(try write(new, over: old, by: author, target, isPatch: true, applied: filled))
    }

    /// With the defaults that the server gives to what stands in lists.
    private static func filledIn(_ wanted: JSON, _ kind: ResourceKind, like old: JSON) -> JSON {
        guard kind == .service, wanted["status"] != nil else { return wanted }
        var filled = wanted
        filled["spec"] = old["spec"]
        ServiceRules.fillInStatus(&filled, dropsIngress: false)
        filled["spec"] = nil
        if wanted[path: "status", "loadBalancer"] == nil { filled["status"]?["loadBalancer"] = nil }
        return filled
    }

    private static func applyConflict(
        _ conflicts: [(entry: FieldOwners.Entry, field: FieldOwners.Path)]
    ) -> Refusal {
        let causes = conflicts.map { conflict in
            let sub = conflict.entry.subresource
            return Refusal.Cause(
                reason: "FieldManagerConflict",
                message: "conflict with \"\(conflict.entry.manager)\""
                    + (sub.isEmpty ? "" : " with subresource \"\(sub)\""),
                field: conflict.field.map { $0.hasPrefix("f:") ? ".\($0.dropFirst(2))" : "[\($0.dropFirst(2))]" }
                    .joined())
        }
        let list = causes.map { "\($0.message): \($0.field)" }.joined(separator: "\n")
        return Refusal(
            code: 409, reason: "Conflict",
            message: "Apply failed with \(causes.count) conflict\(causes.count == 1 ? "" : "s"): \(list)",
            details: ["causes": .array(causes.map(\.body))])
    }

    private static func remove(_ path: ArraySlice<String>, from object: inout JSON) {
        guard let step = path.first, let member = object[String(step.dropFirst(2))] else { return }
        let name = String(step.dropFirst(2))
        guard path.count > 1 else { return object[name] = nil }
        if case .array(let elements) = member, let next = path.dropFirst().first, next.hasPrefix("k:") {
            let key = (try? JSONReader.read(Array(next.dropFirst(2).utf8)))?.members ?? []
            object[name] = .array(elements.filter { element in !key.allSatisfy { element[$0.name] == $0.value } })
        } else {
            object.modify(name) { remove(path.dropFirst(), from: &$0) }
        }
    }
}
