@testable import APIServer

/// What has to be there before a recording is played, and what happens during its watches.
struct Scene {
    enum Step {
        case request(String, String, JSON, type: String = "application/merge-patch+json")
        case command(String, JSON = .empty)
        /// The revision of now is what the recording's numbers stand for.
        case remember
    }

    /// Services that are not there.
    var without: Set<String> = []
    var before: [Step] = []
    var during: [Step] = []
    var caller = World.Caller.administrator
    /// Requests that are not played, with the reason.
    var skipped: [Int: String] = [:]

    private static let services = World.services
    private static let web = "\(services)/web"

    private static func create(_ name: String, labels: JSON? = nil) -> Step {
        .request("POST", services, World.service(name, labels: labels), type: "application/json")
    }
    private static func patch(_ path: String, _ patch: JSON) -> Step { .request("PATCH", "\(services)/\(path)", patch) }
    private static func delete(_ name: String) -> Step { .request("DELETE", "\(services)/\(name)", .empty) }
    private static func status(_ name: String, _ ingress: JSON) -> Step {
        patch("\(name)/status", ["status": ["loadBalancer": ["ingress": ingress]]])
    }

    private static let bump = patch("web", ["metadata": ["annotations": ["bump": "1"]]])
    private static let condition = patch(
        "web/status",
        [
            "status": [
                "conditions": [
                    [
                        "type": "example.com/Announced", "status": "True", "reason": "Announced",
                        "message": "from tnode1", "lastTransitionTime": "2026-01-01T00:00:00Z",
                        "observedGeneration": 1,
                    ]
                ]
            ]
        ])

    static func of(_ number: String) -> Scene {
        switch number {
        case "04": Scene(skipped: [0: "aggregated discovery is for kubectl"])
        case "10": Scene(without: ["web"])
        case "16": Scene(skipped: [1: "tables are for people"])
        case "20": live
        case "22": Scene(during: [create("w2"), delete("w2")])
        case "23": Scene(during: [create("w3"), delete("w3")])
        case "24": Scene(during: [create("w4"), delete("w4")])
        case "26", "27", "28": transition(number)
        case "2b": slices
        case "31", "32", "33": Scene(before: [])
        case "34", "35": Scene(before: [bump, condition])
        case "36": Scene(before: [bump, condition, status("web", [["ip": "10.99.0.200"]])])
        case "3a":
            Scene(before: [
                delete("web"),
                .request(
                    "POST", services,
                    [
                        "metadata": ["name": "web"],
                        "spec": ["type": "LoadBalancer", "ports": [["port": 80, "nodePort": 31699]]],
                    ], type: "application/json"),
            ])
        case "3b": Scene(before: [bump, condition, status("web", [["ip": "10.99.0.203"]])])
        case "53": endpoints
        case "54": configMap
        case "60": Scene(caller: .stranger)
        case "61", "62": Scene(caller: .nobody)
        case "81": tooMany
        case "82": Scene(during: [.command("watches/cut")])
        case "90", "91", "92": Scene(before: [.remember, create("later"), .command("compact")])
        case "a0": Scene(before: [.command("anonymous", ["allowed": false])], caller: .anonymous)
        case "a1": Scene(before: [.command("streaming-lists", ["offered": false])])
        default: Scene()
        }
    }

    private static var live: Scene {
        Scene(during: [
            create("w1"), patch("w1", ["metadata": ["annotations": ["a": "1"]]]),
            status("w1", [["ip": "10.99.0.201"]]), delete("w1"),
        ])
    }

    private static func transition(_ number: String) -> Scene {
        func label(_ value: JSON) -> Step { patch("w5", ["metadata": ["labels": ["pool": value]]]) }
        switch number {
        case "26": return Scene(during: [create("w5", labels: ["pool": "a"]), label("b"), label("a"), delete("w5")])
        case "27":
            let finalizers: JSON = ["example.com/lb-cleanup"]
            return Scene(
                before: [
                    .request(
                        "POST", services,
                        [
                            "metadata": ["name": "w6", "finalizers": finalizers],
                            "spec": World.service("w6")["spec"] ?? .null,
                        ], type: "application/json")
                ],
                during: [delete("w6"), patch("w6", ["metadata": ["finalizers": .null]])])
        default:
            return Scene(during: [
                create("w7"), status("w7", [["ip": "10.99.0.202"]]), patch("w7", ["spec": ["type": "ClusterIP"]]),
                delete("w7"),
            ])
        }
    }

    /// The slice of `web` as it was before, then as it became.
    private static var slices: Scene {
        let path = "/apis/discovery.k8s.io/v1/namespaces/lbtest/endpointslices/web-hmrdf"
        let events = (Recording.all.first { $0.number == "2b" }?.exchanges[0].body ?? "").split(separator: "\n")
        let steps = events.compactMap { line -> Step? in
            guard let object = (try? JSONReader.read(Array(line.utf8)))?["object"] else { return nil }
            let last = object[path: "metadata", "annotations"] ?? .null
            return .request(
                "PATCH", path,
                ["metadata": ["annotations": last], "endpoints": object["endpoints"] ?? .null])
        }
        return Scene(before: Array(steps.prefix(1)), during: Array(steps.dropFirst()))
    }

    private static var endpoints: Scene {
        let recorded = Recording.all.first { $0.number == "53" }?.exchanges[0].body ?? ""
        let object = (try? JSONReader.read(Array(recorded.utf8))) ?? .empty
        return Scene(before: [
            .request(
                "POST", "/api/v1/namespaces/lbtest/endpoints",
                [
                    "metadata": ["name": "web", "labels": object[path: "metadata", "labels"] ?? .null],
                    "subsets": object["subsets"] ?? .null,
                ], type: "application/json")
        ])
    }

    private static var configMap: Scene {
        Scene(during: [.request("PATCH", "/api/v1/namespaces/lbtest/configmaps/pools", ["data": ["x": "y"]])])
    }

    private static var tooMany: Scene {
        Scene(before: [
            .remember,
            .command(
                "faults", ["action": "status", "code": 429, "retryAfter": 1, "verb": "list", "resource": "services"]),
            .command(
                "faults",
                ["action": "status", "code": 429, "retryAfter": 2, "verb": "patch", "resource": "services/status"]),
        ])
    }
}
