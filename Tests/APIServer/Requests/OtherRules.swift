/// What the server does to objects that are no Services.
enum OtherRules {
    typealias Cause = Refusal.Cause

    static func fillIn(_ object: inout JSON, _ kind: ResourceKind) {
        switch kind {
        case .event:
            for name in ["deprecatedFirstTimestamp", "deprecatedLastTimestamp"] where object[name] == nil {
                object[name] = .null
            }
            if object["deprecatedSource"] == nil { object["deprecatedSource"] = .empty }
        case .coreEvent:
            if object["eventTime"] == nil { object["eventTime"] = .null }
            for name in ["reportingComponent", "reportingInstance"] where object[name] == nil { object[name] = "" }
        case .namespace:
            object.modify("spec") { if $0["finalizers"] == nil { $0["finalizers"] = ["kubernetes"] } }
            object.modify("status") { if $0["phase"] == nil { $0["phase"] = "Active" } }
            let name = object[path: "metadata", "name"] ?? ""
            object.modify("metadata") { $0.modify("labels") { $0["kubernetes.io/metadata.name"] = name } }
        case .node:
            object.modify("spec") { _ in }
            object.modify("status") { _ in }
        case .endpointSlice:
            for name in ["endpoints", "ports"] where object[name] == nil { object[name] = .null }
        default: break
        }
    }

    static func causes(_ object: JSON, _ kind: ResourceKind, instead old: JSON?) -> [Cause] {
        switch kind {
        case .event: event(object, instead: old)
        case .lease: lease(object)
        case .endpointSlice: slice(object, instead: old)
        default: []
        }
    }

    private static func series(_ object: JSON) -> [Cause] {
        guard let series = object["series"], series.members != nil else { return [] }
        var found: [Cause] = []
        let count = series["count"]?.integer ?? 0
        if count < 2 { found.append(.invalid("series.count", .integer(count), "should be at least 2")) }
        if series["lastObservedTime"]?.isEmpty ?? true { found.append(.required("series.lastObservedTime")) }
        return found
    }

    private static let eventWords = [
        "eventTime", "reportingController", "reportingInstance", "action", "reason", "note", "regarding", "type",
    ]

    private static func event(_ object: JSON, instead old: JSON?) -> [Cause] {
        if let old {
            return series(object)
                + eventWords.filter { object[$0] != old[$0] }.map {
                    .invalid($0, object[$0] ?? .null, "field is immutable")
                }
        }
        var found = series(object)
        let place = object[path: "regarding", "namespace"]?.string ?? ""
        if place != object[path: "metadata", "namespace"]?.string ?? "", !place.isEmpty {
            found.append(.invalid("involvedObject.namespace", .string(place), "does not match event.namespace"))
        }
        if object["eventTime"]?.isEmpty ?? true { found.append(.required("eventTime")) }
        for name in ["reportingController", "reportingInstance", "action", "reason"]
        where object[name]?.isEmpty ?? true {
            found.append(.required(name))
        }
        if let type = object["type"]?.string, !["Normal", "Warning"].contains(type) {
            found.append(.invalid("type", "", "has invalid value: \(type)"))
        }
        for (name, limit) in [("note", 1024), ("reason", 128), ("action", 128), ("reportingInstance", 128)]
        where (object[name]?.string?.utf8.count ?? 0) > limit {
            found.append(.invalid(name, "", "can have at most \(limit) characters"))
        }
        return found
    }

    private static func lease(_ object: JSON) -> [Cause] {
        guard let seconds = object[path: "spec", "leaseDurationSeconds"]?.integer, seconds <= 0 else { return [] }
        return [.invalid("spec.leaseDurationSeconds", .integer(seconds), "must be greater than 0")]
    }

    private static func slice(_ object: JSON, instead old: JSON?) -> [Cause] {
        if let old, old["addressType"] != object["addressType"] {
            return [.invalid("addressType", object["addressType"] ?? .null, "field is immutable")]
        }
        let types = ["FQDN", "IPv4", "IPv6"]
        guard let type = object["addressType"]?.string else { return [.required("addressType")] }
        return types.contains(type) ? [] : [.unsupported("addressType", .string(type), types)]
    }

    /// Why the object cannot be read as one of its kind; nil when it can.
    static func unreadable(_ object: JSON, _ kind: ResourceKind) -> String? {
        switch kind {
        case .lease:
            for name in ["renewTime", "acquireTime"] {
                guard let time = object[path: "spec", name]?.string, !WallTime.isMicroTime(time) else { continue }
                return "parsing time \"\(time)\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"Z\" as "
                    + "\".000000\""
            }
        case .event:
            if let time = object["eventTime"]?.string, !WallTime.isMicroTime(time) {
                return "parsing time \"\(time)\" as \"2006-01-02T15:04:05.000000Z07:00\""
            }
        case .service:
            for (path, member) in [("spec", object["spec"]), ("status", object["status"])] {
                if let member, member.members == nil, !member.isNull {
                    return "json: cannot unmarshal \(member.text) into Go struct field Service.\(path)"
                }
            }
            if let balancer = object[path: "status", "loadBalancer"], balancer.members == nil, !balancer.isNull {
                return "json: cannot unmarshal string into Go struct field ServiceStatus.status.loadBalancer of "
                    + "type v1.LoadBalancerStatus"
            }
        default: break
        }
        for name in ["labels", "annotations"] {
            for member in object[path: "metadata", name]?.members ?? [] where member.value.string == nil {
                return "json: cannot unmarshal into Go struct field ObjectMeta.metadata.\(name) of type string"
            }
        }
        return nil
    }

    private static let labelLimit = 63
    private static let annotationsLimit = 256 << 10

    static func metadataCauses(_ metadata: JSON) -> [Cause] {
        var found: [Cause] = []
        let size = (metadata["annotations"]?.members ?? []).reduce(0) {
            $0 + $1.name.utf8.count + ($1.value.string?.utf8.count ?? 0)
        }
        if size > annotationsLimit {
            found.append(
                Cause(
                    reason: "FieldValueTooLong", message: "Too long: may not be more than \(annotationsLimit) bytes",
                    field: "metadata.annotations"))
        }
        for member in metadata["labels"]?.members ?? [] where (member.value.string?.utf8.count ?? 0) > labelLimit {
            found.append(
                .invalid("metadata.labels", member.value, "must be no more than \(labelLimit) characters"))
        }
        return found
    }
}
