import Foundation
import HTTPTransfer
import Kubernetes
import NIOConcurrencyHelpers
import ScriptedHTTP

/// An API server as far as the source needs one: Services with resource versions, watches that stream, merge patches
/// with preconditions, and an end to all connections on command.
final class SmallAPI: Sendable {
    private struct State {
        var version = 100
        /// Services that are not in the watch from its start.
        var hidden: Set<String> = []
        /// Patches of what ends so are answered with 403.
        var forbidden: String?
        var isBusy = false
        /// JSON by `namespace/name`.
        var services: [String: Data] = [:]
        /// Watch lines for Services, in order.
        var log: [(version: Int, line: Data)] = []
        var requests: [String] = []
        var events: [String] = []
        /// Streams of an earlier epoch are cut.
        var epoch = 0
        var isAway = false
        /// Watches that go on from an earlier version are told that it is gone.
        var oldestVersion = 0
        /// The holder of the only Lease; nil: there is none.
        var holder: String?
    }

    private final class Box: Sendable {
        let state = NIOLockedValueBox(State())
    }

    private let box = Box()
    private let server: ScriptedServer

    init() throws {
        let box = box
        server = try ScriptedServer { connection in
            while let head = connection.readHead() {
                let length =
                    head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                    .flatMap { Int($0.dropFirst(16)) } ?? 0
                let body = Data(connection.read(length) ?? [])
                let words = head.prefix { $0 != "\r\n" }.split(separator: " ")
                guard words.count > 1, !box.state.withLockedValue({ $0.isAway }) else { return }
                guard Self.answer(String(words[0]), String(words[1]), body, box, connection) else { return }
            }
        }
    }

    func client() throws -> KubernetesClient {
        KubernetesClient(
            ClientConfiguration(endpoint: server.endpoint), over: try HTTPTransfer.start(), userAgent: "test/1",
            fieldManager: "herald", seed: 1)
    }

    // MARK: - What tests do and see

    var requests: [String] { box.state.withLockedValue { $0.requests } }
    var events: [String] { box.state.withLockedValue { $0.events } }
    func writes(_ method: String = "PATCH") -> [String] { requests.filter { $0.hasPrefix(method) } }

    func create(_ name: String, spec: [String: String] = [:]) {
        box.state.withLockedValue { state in
            var object: [String: Any] = [
                "metadata": [
                    "name": name, "namespace": "default", "uid": "uid-\(name)", "generation": 1,
                    "creationTimestamp": "2026-01-01T00:00:00Z",
                ],
                "status": [:],
            ]
            var members: [String: Any] = ["type": "LoadBalancer", "ports": [["port": 80]], "ipFamilies": ["IPv4"]]
            members.merge(spec) { _, new in new }
            object["spec"] = members
            Self.store(object, "ADDED", &state)
        }
    }

    func change(_ name: String, _ patch: [String: Any], silently: Bool = false) {
        let patch = (try? JSONSerialization.data(withJSONObject: patch)) ?? Data()
        box.state.withLockedValue { state in
            guard let object = Self.object("default/\(name)", state),
                let change = try? JSONSerialization.jsonObject(with: patch) as? [String: Any]
            else { return }
            let left = (change["spec"] as? [String: Any])?["type"].map { "\($0)" != "LoadBalancer" } ?? false
            Self.store(Self.merge(change, into: object), silently ? nil : left ? "DELETED" : "MODIFIED", &state)
        }
    }

    func delete(_ name: String) {
        box.state.withLockedValue { state in
            guard let object = state.services.removeValue(forKey: "default/\(name)") else { return }
            state.version += 1
            state.log.append((state.version, Self.line("DELETED", object)))
        }
    }

    func text(_ name: String) -> String {
        box.state.withLockedValue { state in
            String(decoding: state.services["default/\(name)"] ?? Data(), as: UTF8.self)
        }
    }

    /// Leaves Services out of watches, as the selector by type does.
    func hide(_ names: [String]) {
        box.state.withLockedValue { $0.hidden = Set(names.map { "default/\($0)" }) }
    }

    /// Refuses patches whose path ends so; nil: none.
    func forbid(_ end: String?) {
        box.state.withLockedValue { $0.forbidden = end }
    }

    /// As another node left it.
    func setHolder(_ holder: String) {
        box.state.withLockedValue { $0.holder = holder }
    }

    /// Answers 503 to all requests for one Service, while watches go on.
    func setBusy(_ isBusy: Bool) {
        box.state.withLockedValue { $0.isBusy = isBusy }
    }

    func setAway(_ isAway: Bool) {
        box.state.withLockedValue { state in
            state.isAway = isAway
            state.epoch += 1
        }
    }

    /// Forgets what happened until now, so that watches have to begin anew.
    func compact() {
        box.state.withLockedValue { state in
            state.version += 1
            state.oldestVersion = state.version
        }
    }

    // MARK: - The server

    private static func object(_ key: String, _ state: State) -> [String: Any]? {
        state.services[key].flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] }
    }

    private static func store(_ object: [String: Any], _ type: String?, _ state: inout State) {
        state.version += 1
        var object = object
        var metadata = object["metadata"] as? [String: Any] ?? [:]
        metadata["resourceVersion"] = "\(state.version)"
        object["metadata"] = metadata
        let data =
            (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]))
            ?? Data()
        state.services["\(metadata["namespace"] ?? "")/\(metadata["name"] ?? "")"] = data
        if let type { state.log.append((state.version, line(type, data))) }
    }

    private static func line(_ type: String, _ object: Data) -> Data {
        Data(#"{"type":"\#(type)","object":"#.utf8) + object + Data("}\n".utf8)
    }

    private static func merge(_ patch: [String: Any], into object: [String: Any]) -> [String: Any] {
        var object = object
        for (key, value) in patch {
            if value is NSNull {
                object[key] = nil
            } else if let change = value as? [String: Any] {
                object[key] = merge(change, into: object[key] as? [String: Any] ?? [:])
            } else {
                object[key] = value
            }
        }
        return object
    }

    /// False when the connection is to be closed.
    private static func answer(
        _ method: String, _ target: String, _ body: Data, _ box: Box, _ connection: ScriptedServer.Connection
    ) -> Bool {
        let path = String(target.prefix { $0 != "?" })
        box.state.withLockedValue { $0.requests.append("\(method) \(target) \(String(decoding: body, as: UTF8.self))") }
        if target.contains("watch=true") { return stream(path, target, box, connection) }
        let parts = path.split(separator: "/").map(String.init)
        if parts.dropLast().last == "leases", let lease = lease(method, body, box) {
            return send(200, lease, connection)
        }
        if method == "POST" {
            box.state.withLockedValue { $0.events.append(String(decoding: body, as: UTF8.self)) }
            return send(201, body, connection)
        }
        if method == "GET", path == "/api/v1/services" {
            let items = box.state.withLockedValue {
                $0.services.values.reduce(Data()) { ($0.isEmpty ? $0 : $0 + Data(",".utf8)) + $1 }
            }
            return send(
                200, Data(#"{"metadata":{"resourceVersion":"1"},"items":["#.utf8) + items + Data("]}".utf8), connection)
        }
        guard parts.count >= 6, parts[4] == "services" else { return send(404, status(404, "NotFound"), connection) }
        guard !box.state.withLockedValue(\.isBusy) else {
            return send(503, status(503, "ServiceUnavailable"), connection)
        }
        let key = "\(parts[3])/\(parts[5])"
        let (code, data) = box.state.withLockedValue { state -> (Int, Data) in
            if let forbidden = state.forbidden, method == "PATCH", path.hasSuffix(forbidden) {
                return (403, status(403, "Forbidden"))
            }
            guard let object = object(key, state) else { return (404, status(404, "NotFound")) }
            guard method == "PATCH" else { return (200, state.services[key] ?? Data()) }
            guard let patch = try? JSONSerialization.jsonObject(with: body) as? [String: Any] else {
                return (400, status(400, "BadRequest"))
            }
            let version = (object["metadata"] as? [String: Any])?["resourceVersion"] as? String
            guard (patch["metadata"] as? [String: Any])?["resourceVersion"] as? String == version else {
                return (409, status(409, "Conflict"))
            }
            let isLoadBalancer = (object["spec"] as? [String: Any])?["type"] as? String == "LoadBalancer"
            store(merge(patch, into: object), isLoadBalancer ? "MODIFIED" : nil, &state)
            return (200, state.services[key] ?? Data())
        }
        return send(code, data, connection)
    }

    private static func lease(_ method: String, _ body: Data, _ box: Box) -> Data? {
        box.state.withLockedValue { state in
            guard var holder = state.holder else { return nil }
            if method == "PATCH" {
                let patch = try? JSONSerialization.jsonObject(with: body) as? [String: Any]
                holder = (patch?["spec"] as? [String: Any])?["holderIdentity"] as? String ?? holder
                state.holder = holder
                state.version += 1
            }
            return Data(
                #"{"metadata":{"name":"l","resourceVersion":"\#(state.version)"},"spec":{"holderIdentity":"\#(holder)"}}"#
                    .utf8)
        }
    }

    private static func status(_ code: Int, _ reason: String) -> Data {
        Data(#"{"kind":"Status","code":\#(code),"reason":"\#(reason)","message":"\#(reason)"}"#.utf8)
    }

    private static func send(_ code: Int, _ body: Data, _ connection: ScriptedServer.Connection) -> Bool {
        connection.write(
            "HTTP/1.1 \(code) x\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n")
            && connection.write(Array(body))
    }

    /// Sends all that exists, the bookmark that ends it, and then what happens.
    private static func stream(
        _ path: String, _ target: String, _ box: Box, _ connection: ScriptedServer.Connection
    ) -> Bool {
        let isOfServices = path == "/api/v1/services"
        let after =
            target.split(separator: "&").first { $0.hasPrefix("resourceVersion=") }
            .flatMap { Int($0.dropFirst(16)) } ?? .max
        let (lines, place, epoch, version) = box.state.withLockedValue { state in
            let shown = state.services.filter { !state.hidden.contains($0.key) }
            let all = isOfServices ? shown.values.map { line("ADDED", $0) } : []
            return (all, state.log.firstIndex { $0.version > after } ?? state.log.count, state.epoch, state.version)
        }
        if after < box.state.withLockedValue({ $0.oldestVersion }), !target.contains("sendInitialEvents=true") {
            return send(410, status(410, "Expired"), connection)
        }
        guard connection.write("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n") else { return false }
        var next = place
        if target.contains("sendInitialEvents=true") {
            let bookmark =
                #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"\#(version)","annotations":"#
                + #"{"k8s.io/initial-events-end":"true"}}}}"# + "\n"
            guard chunk(lines.reduce(Data(), +) + Data(bookmark.utf8), connection) else { return false }
        }
        while true {
            let news: Data? = box.state.withLockedValue { state in
                guard state.epoch == epoch else { return nil }
                defer { next = state.log.count }
                return isOfServices ? state.log[next...].reduce(Data()) { $0 + $1.line } : Data()
            }
            guard let news else { return false }
            if !news.isEmpty, !chunk(news, connection) { return false }
            wait(milliseconds: 2)
        }
    }

    private static func chunk(_ data: Data, _ connection: ScriptedServer.Connection) -> Bool {
        connection.write(Array("\(String(data.count, radix: 16))\r\n".utf8) + Array(data) + Array("\r\n".utf8))
    }
}
