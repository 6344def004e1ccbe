import FoundationEssentials

/// Creates, updates, patches and deletes.
extension Cluster {
    // MARK: - Create

    func create(_ request: Request, _ target: Target) throws(Refusal) -> Answer {
        let body = try object(in: request, of: target.kind)
        if target.kind.isNamespaced {
            guard !target.namespace.isEmpty else { throw .wrongMethod }
            guard let place = storage.object(.namespace, target.namespace) else {
                throw .notFound(target.namespace, .namespace)
            }
            if place.metadata["deletionTimestamp"] != nil {
                throw .namespaceEnds(target.namespace, body[path: "metadata", "name"]?.string ?? "", target.kind)
            }
        }
        let warnings = try checkFields(of: body, target.kind, request)
        let stored = try create(body, target.kind, namespace: target.namespace, by: author(of: request, target))
        return .object(stored, code: 201, warnings: warnings)
    }

    @discardableResult
    func create(_ body: JSON, _ kind: ResourceKind, namespace: String, by author: Author) throws(Refusal) -> Stored {
        var object = body
        let given = body["metadata"] ?? .empty
        var name = given["name"]?.string ?? ""
        if name.isEmpty, let beginning = given["generateName"]?.string { name = makeName(beginning) }
        try checkName(name, kind, in: namespace, given)
        let key = Stored.key(namespace: namespace, name: name)
        guard storage.object(kind, key) == nil else { throw .alreadyExists(name, kind) }
        guard storage.count(kind) < Storage.objectLimit else {
            throw Refusal(code: 507, reason: "InsufficientStorage", message: "too many \(kind.plural)")
        }
        object["metadata"] = freshMetadata(given, name: name, namespace: namespace, kind)
        if kind.hasStatus, kind != .node { object["status"] = nil }
        try settle(&object, kind, instead: nil, isStatus: false)
        var owners = FieldOwners()
        owners.update(
            from: .empty, to: Self.asGiven(body, object, kind), manager: author.manager, subresource: "",
            at: WallTime.seconds)
        let stored = Stored(
            kind, object, owners: owners, revision: author.isDryRun ? 0 : storage.nextRevision)
        if author.isDryRun { services.releaseDryRun(object, kind) } else { storage.put(stored) }
        return stored
    }

    private func freshMetadata(_ given: JSON, name: String, namespace: String, _ kind: ResourceKind) -> JSON {
        var metadata = given
        metadata["name"] = .string(name)
        metadata["namespace"] = namespace.isEmpty ? nil : .string(namespace)
        metadata["uid"] = .string(UUID().uuidString.lowercased())
        metadata["creationTimestamp"] = .string(WallTime.seconds)
        metadata["generation"] = kind.countsGenerations ? 1 : nil
        for unwanted in ["resourceVersion", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds"] {
            metadata[unwanted] = nil
        }
        return metadata
    }

    /// What the author of a new object owns: what was filled in for them, but not what was given out.
    private static func asGiven(_ body: JSON, _ object: JSON, _ kind: ResourceKind) -> JSON {
        var owned = object
        owned["status"] = kind == .node ? object["status"] : nil
        for name in ["reportingComponent", "reportingInstance"] where kind == .coreEvent { owned[name] = body[name] }
        guard kind == .service else { return owned }
        owned.modify("spec") { spec in
            for name in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"] {
                spec[name] = body[path: "spec", name]
            }
            let given = body[path: "spec", "ports"]?.array ?? []
            let ports = (spec["ports"]?.array ?? []).enumerated().map { index, port in
                var port = port
                if given.indices.contains(index) { port["nodePort"] = given[index]["nodePort"] }
                return port
            }
            if !ports.isEmpty { spec["ports"] = .array(ports) }
        }
        return owned
    }

    private func checkName(
        _ name: String, _ kind: ResourceKind, in namespace: String, _ metadata: JSON
    ) throws(Refusal) {
        if let given = metadata["namespace"]?.string, !given.isEmpty, given != namespace {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        guard !name.isEmpty else {
            throw .invalid("", kind, [.required("metadata.name", "name or generateName is required")])
        }
        if let given = metadata["resourceVersion"]?.string, !given.isEmpty {
            throw Refusal(
                code: 500, message: "resourceVersion should not be set on objects to be created")
        }
        let isLabel = name.utf8.allSatisfy { octet in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) || octet == UInt8(ascii: "-")
                || (octet == UInt8(ascii: ".") && kind != .service && kind != .namespace)
                || (octet == UInt8(ascii: ":") && kind.group == "rbac.authorization.k8s.io")
        }
        guard isLabel, name.utf8.count <= (kind == .service || kind == .namespace ? 63 : 253), name.first != "-" else {
            throw .invalid(
                name, kind,
                [
                    .invalid(
                        "metadata.name", .string(name),
                        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'"
                    )
                ])
        }
    }

    // MARK: - Update

    func update(_ request: Request, _ target: Target) throws(Refusal) -> Answer {
        let body = try object(in: request, of: target.kind)
        let old = try find(target)
        guard body[path: "metadata", "name"]?.string == target.name else {
            throw .badRequest("the name of the object does not match the name on the URL (\(target.name))")
        }
        let given = body[path: "metadata", "resourceVersion"]?.string ?? ""
        if given.isEmpty, target.kind == .lease {
            throw .invalidUpdate(
                target.name, target.kind, [.invalid("metadata.resourceVersion", 0, "must be specified for an update")])
        }
        if let uid = body[path: "metadata", "uid"]?.string, !uid.isEmpty, uid != old.uid {
            throw .conflict(
                target.name, target.kind,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old.uid)")
        }
        let warnings = try checkFields(of: body, target.kind, request)
        let stored = try write(body, over: old, by: author(of: request, target), target)
        return .object(stored, warnings: warnings)
    }

    // MARK: - Patch

    func patch(_ request: Request, _ target: Target) throws(Refusal) -> Answer {
        let type = request.headers["content-type"]?.split(separator: ";").first.map(String.init) ?? ""
        switch type {
        case "application/merge-patch+json", "application/strategic-merge-patch+json", "application/json-patch+json":
            let patch = try readPatch(request)
            let old = try find(target)
            let new = try apply(patch, type, to: old)
            let stored = try write(new, over: old, by: author(of: request, target), target, isPatch: true)
            return .object(stored)
        case "application/apply-patch+yaml", "application/apply-patch+cbor":
            return try applyOnServer(request, target)
        default:
            throw Refusal(
                code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type", details: .empty)
        }
    }

    private func readPatch(_ request: Request) throws(Refusal) -> JSON {
        do { return try JSONReader.read(request.body) } catch {
            throw .badRequest("error decoding patch: \(Self.explain(error))")
        }
    }

    private func apply(_ patch: JSON, _ type: String, to old: Stored) throws(Refusal) -> JSON {
        switch type {
        case "application/merge-patch+json": return Patching.merge(patch, into: old.object)
        case "application/strategic-merge-patch+json": return Patching.mergeStrategically(patch, into: old.object)
        default:
            guard let operations = patch.array else { throw .badRequest("error decoding patch: not a list") }
            do { return try Patching.perform(operations, on: old.object) } catch { throw .patchRejected }
        }
    }

    // MARK: - What both come to

    /// Writes what an object should be. What clients may not change stays as it was.
    func write(
        _ wanted: JSON, over old: Stored, by author: Author, _ target: Target, isPatch: Bool = false,
        applied: JSON? = nil
    ) throws(Refusal) -> Stored {
        let kind = old.kind
        try checkPreconditions(wanted, old, isPatch: isPatch)
        if isPatch, let why = OtherRules.unreadable(wanted, kind) { throw .unreadablePatch(wanted, why) }
        let isStatus = author.subresource == "status"
        var new = wanted
        new["kind"] = nil
        new["apiVersion"] = nil
        new["metadata"] = keptMetadata(wanted["metadata"] ?? .empty, old.metadata)
        if isStatus { new["spec"] = old.object["spec"] } else if kind.hasStatus { new["status"] = old.object["status"] }
        let asked = new
        try settle(&new, kind, instead: old.object, isStatus: isStatus)
        if kind.countsGenerations, Self.isOtherWish(new, old.object) {
            new["metadata"]?["generation"] = .integer((old.metadata["generation"]?.integer ?? 0) + 1)
        }
        var owners = old.owners
        if let applied {
            owners.apply(
                applied, over: old.object, to: new, manager: author.manager, subresource: author.subresource,
                at: WallTime.seconds)
        } else {
            owners.update(
                from: old.object, to: new, asked: asked, manager: author.manager, subresource: author.subresource,
                at: WallTime.seconds)
        }
        new["metadata"]?["resourceVersion"] = .string("\(old.revision)")
        let isSame = new == old.object || (!isPatch && new.sorted == old.object.sorted)
        if isSame, owners.isSame(as: old.owners) { return old }
        return commit(Stored(kind, new, owners: owners, revision: storage.nextRevision), author)
    }

    private func commit(_ stored: Stored, _ author: Author) -> Stored {
        if author.isDryRun { return stored }
        if stored.metadata["deletionTimestamp"] != nil, stored.metadata["finalizers"]?.isEmpty ?? true {
            services.releaseAll(of: stored)
            storage.remove(stored.kind, stored.key)
            return stored
        }
        storage.put(stored)
        return stored
    }

    private static func isOtherWish(_ new: JSON, _ old: JSON) -> Bool {
        var pair = (new, old)
        for name in ["metadata", "status"] {
            pair.0[name] = nil
            pair.1[name] = nil
        }
        return pair.0 != pair.1
    }

    private func checkPreconditions(_ wanted: JSON, _ old: Stored, isPatch: Bool) throws(Refusal) {
        let metadata = wanted["metadata"] ?? .empty
        if let given = metadata["resourceVersion"]?.string, !given.isEmpty, given != "\(old.revision)" {
            throw .conflict(old.name, old.kind)
        }
        if isPatch, let uid = metadata["uid"], uid.string != old.uid {
            let cause = Refusal.Cause.invalid("metadata.uid", uid, "field is immutable")
            var refusal = Refusal.invalid(old.name, old.kind, [cause])
            refusal.details?["causes"] = [cause.body, cause.body]
            throw refusal
        }
    }

    private func keptMetadata(_ wanted: JSON, _ old: JSON) -> JSON {
        var metadata = wanted
        for name in [
            "name", "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp",
            "deletionGracePeriodSeconds", "generateName",
        ] { metadata[name] = old[name] }
        for name in ["labels", "annotations", "finalizers", "ownerReferences"] where metadata[name]?.isEmpty ?? true {
            metadata[name] = nil
        }
        metadata["managedFields"] = nil
        return metadata
    }

    /// Fills in what is missing and refuses what is invalid.
    private func settle(_ object: inout JSON, _ kind: ResourceKind, instead old: JSON?, isStatus: Bool) throws(Refusal)
    {
        let name = object[path: "metadata", "name"]?.string ?? ""
        if let why = OtherRules.unreadable(object, kind) {
            throw .badRequest("\(kind.kind) in version \"\(kind.version)\" cannot be handled as a \(kind.kind): \(why)")
        }
        var causes = OtherRules.metadataCauses(object["metadata"] ?? .empty)
        if kind == .service {
            ServiceRules.prune(&object)
            if isStatus {
                ServiceRules.fillInStatus(&object, dropsIngress: false)
                causes += ServiceValidation.statusCauses(object)
            } else {
                ServiceRules.fillIn(&object)
                causes += ServiceValidation.causes(object, instead: old)
            }
            guard causes.isEmpty else { throw .invalid(name, kind, causes) }
            if !isStatus { try services.provide(&object, instead: old) }
        } else {
            OtherRules.fillIn(&object, kind)
            causes += OtherRules.causes(object, kind, instead: old)
            guard causes.isEmpty else { throw .invalid(name, kind, causes) }
        }
    }

    // MARK: - Delete

    func delete(_ request: Request, _ target: Target) throws(Refusal) -> Answer {
        guard !target.name.isEmpty else { return try deleteCollection(request, target) }
        let old = try find(target)
        let options = (try? JSONReader.read(request.body)) ?? .empty
        if let uid = options[path: "preconditions", "uid"]?.string, uid != old.uid {
            throw .conflict(
                target.name, target.kind,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old.uid)")
        }
        if let revision = options[path: "preconditions", "resourceVersion"]?.string, revision != "\(old.revision)" {
            throw .conflict(target.name, target.kind)
        }
        if let waiting = remove(old) { return .object(waiting) }
        var details: JSON = ["name": .string(target.name)]
        if !target.kind.group.isEmpty { details["group"] = .string(target.kind.group) }
        details["kind"] = .string(target.kind.plural)
        details["uid"] = .string(old.uid)
        return .json([
            "kind": "Status", "apiVersion": "v1", "metadata": .empty, "status": "Success", "details": details,
        ])
    }

    private func deleteCollection(_ request: Request, _ target: Target) throws(Refusal) -> Answer {
        let selection = try Selection(target, request.query)
        for object in storage.all(target.kind) where selection.matches(object) { _ = remove(object) }
        return try list(request, target)
    }

    /// Returns the object when it has finalizers and so has to wait; a namespace waits for a controller that there is not.
    private func remove(_ old: Stored) -> Stored? {
        let isNamespace = old.kind == .namespace
        guard old.metadata["finalizers"]?.isEmpty ?? true, !isNamespace else {
            if old.metadata["deletionTimestamp"] != nil { return old }
            var object = old.object
            object.modify("metadata") { metadata in
                metadata["deletionTimestamp"] = .string(WallTime.seconds)
                metadata["deletionGracePeriodSeconds"] = isNamespace ? nil : 0
            }
            if isNamespace { object.modify("status") { $0["phase"] = "Terminating" } }
            let waiting = Stored(old.kind, object, owners: old.owners, revision: storage.nextRevision)
            storage.put(waiting)
            return waiting
        }
        services.releaseAll(of: old)
        storage.remove(old.kind, old.key)
        return nil
    }

    // MARK: - What came with the request

    func author(of request: Request, _ target: Target) -> Author {
        let agent = (request.headers["user-agent"] ?? "unknown").split(separator: "/").first.map(String.init)
        return Author(
            manager: request.query["fieldManager"] ?? agent ?? "unknown", subresource: target.subresource,
            isDryRun: request.query["dryRun"] == "All", isForced: request.flag("force"))
    }

    func object(in request: Request, of kind: ResourceKind) throws(Refusal) -> JSON {
        let type = request.headers["content-type"]?.split(separator: ";").first.map(String.init) ?? "application/json"
        guard ["application/json", "application/apply-patch+yaml", "*/*"].contains(type) else {
            throw Refusal(
                code: 415, reason: "UnsupportedMediaType",
                message: "the body of the request was in an unknown format - accepted media types include: "
                    + "application/json")
        }
        let body: JSON
        do { body = try JSONReader.read(request.body) } catch {
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(kind.kind)): couldn't get version/kind; json "
                    + "parse error: \(Self.explain(error)) (\(String(decoding: request.body.prefix(64), as: UTF8.self)))"
            )
        }
        guard body.members != nil else { throw .badRequest("\(kind.kind): not an object") }
        for (name, wanted) in [("kind", kind.kind), ("apiVersion", kind.apiVersion)] {
            if let given = body[name]?.string, !given.isEmpty, given != wanted {
                throw .badRequest("\(kind.kind) in version \"\(kind.version)\" cannot be handled: \(name) is \(given)")
            }
        }
        return body
    }

    private func checkFields(of body: JSON, _ kind: ResourceKind, _ request: Request) throws(Refusal) -> [String] {
        guard kind == .service else { return [] }
        let unknown = ServiceRules.unknownFields(of: body).map { "unknown field \"\($0)\"" }
        if !unknown.isEmpty, request.query["fieldValidation"] == "Strict" {
            throw .badRequest(
                "Service in version \"v1\" cannot be handled as a Service: strict decoding error: "
                    + unknown.joined(separator: ", "))
        }
        return request.query["fieldValidation"] == "Ignore" ? [] : unknown.map { $0.replacing("\"", with: "\\\"") }
    }

    private static func explain(_ fault: any Error) -> String {
        switch fault as? JSONReader.Fault {
        case .unexpected(let octet): "invalid character '\(Character(Unicode.Scalar(octet)))'"
        case .tooDeep: "exceeded max depth"
        case .unexpectedEnd, nil: "unexpected end of JSON input"
        }
    }
}
