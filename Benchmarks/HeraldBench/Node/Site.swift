import FoundationEssentials
import Glibc
import Lab
import NetworkTypes

/// The files of one herald: its configuration, its manifests, and what it writes.
final class Site {
    /// A system call on a file failed.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let configuration: String
    let socket: String
    private let folder: String
    private let manifests: String
    private let states: String
    /// The Services whose manifests are there.
    private(set) var services: [String] = []

    init(folder: String, pool: String, attach: Attachment) throws {
        self.folder = folder
        manifests = folder + "/services"
        states = folder + "/state"
        socket = folder + "/socket"
        configuration = folder + "/herald.yaml"
        try FileManager.default.createDirectory(atPath: manifests, withIntermediateDirectories: true)
        let text = """
            mode: arp
            source: {directory: {path: \(manifests), stateDirectory: \(states)}}
            pools:
              - {name: edge, addresses: [\(pool)]}
            arp: {attach: \(attach.rawValue)}
            operations: {socket: \(socket)}

            """
        try Data(text.utf8).write(to: URL(filePath: configuration))
    }

    // MARK: - Manifests

    /// Puts manifests in place by renaming, one file for each Service; returns when the last one was there.
    @discardableResult
    func add(_ names: [String]) throws -> MonotonicTime {
        try place(names.map { ($0, [$0]) })
    }

    /// Puts one file with all of the Services in place.
    @discardableResult
    func addInOneFile(_ names: [String]) throws -> MonotonicTime {
        try place([("many-\(services.count)", names)])
    }

    private func place(_ files: [(name: String, services: [String])]) throws -> MonotonicTime {
        for file in files {
            let text = file.services.map(Self.manifest).joined(separator: "---\n")
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(file.name).yaml"))
        }
        services += files.flatMap(\.services)
        for file in files {
            let name = "\(file.name).yaml"
            guard unsafe rename("\(folder)/\(name)", "\(manifests)/\(name)") == 0 else {
                throw Failure(description: "rename of \(name) failed with errno \(errno)")
            }
        }
        return LabClock.now
    }

    private static func manifest(_ name: String) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: \(name), namespace: bench, labels: {app: \(name)}}
        spec:
          type: LoadBalancer
          selector: {app: \(name)}
          ports:
            - {name: http, port: 80, targetPort: 8080, nodePort: 30080}

        """
    }

    // MARK: - States

    /// Whether the status of the Service names an address.
    func hasStatus(_ service: String) -> Bool {
        guard let data = FileManager.default.contents(atPath: path(service)) else { return false }
        return String(decoding: data, as: UTF8.self).contains("\"ingress\"")
    }

    /// When the state file was last written, on the lab's clock; to the tick of the kernel's file times.
    func timeOfStatus(_ service: String) throws -> MonotonicTime {
        var facts = stat()
        guard unsafe stat(path(service), &facts) == 0 else {
            throw Failure(description: "stat of \(path(service)) failed with errno \(errno)")
        }
        let wall = Int64(facts.st_mtim.tv_sec) * 1_000_000_000 + Int64(facts.st_mtim.tv_nsec)
        return WallClock.labTime(ofWall: wall)
    }

    private func path(_ service: String) -> String { "\(states)/services/bench/\(service).json" }
}
