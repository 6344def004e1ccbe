import Configuration
import IPAM
import LoadBalancing
import YAML

/// Reads Kubernetes manifests, YAML or JSON, as far as they are Services.
///
/// An error costs only the Service or document it is in. Fields that are not known are ignored, as an API server does;
/// those that are known must be what Kubernetes accepts.
struct ManifestReader {
    /// The largest file that is read, in octets.
    static let largestFile = 4 << 20

    private static let mostProblems = 200
    private static let mostIgnored = 1_000
    private static let limits = Limits(octets: largestFile, nodes: 500_000, aliases: .expand(limit: 100_000))

    private let file: String
    private var manifest: Manifest
    private var problems: [Problem] = []
    private var places: [ServiceKey: Mark] = [:]

    /// - Parameter file: The file's name, for messages.
    static func read(_ bytes: [UInt8], file: String) -> Manifest {
        var reader = ManifestReader(file: file)
        reader.read(Parser.read(bytes, limits: limits))
        return reader.finish()
    }

    private init(file: String) {
        self.file = file
        manifest = Manifest(problems: ProblemList(file: file, problems: []))
    }

    private mutating func read(_ stream: Parser.Stream) {
        for document in stream.documents {
            if document.errors.isEmpty {
                readObject(document.root, impliedKind: nil)
            } else {
                report(document.errors)
                refuse(document.root)
            }
        }
        report(stream.errors)
        if !stream.errors.isEmpty { manifest.isComplete = false }
    }

    private mutating func finish() -> Manifest {
        let kept = problems.sorted().prefix(Self.mostProblems)
        manifest.problems = ProblemList(file: file, problems: Array(kept), omitted: problems.count - kept.count)
        return manifest
    }

    /// - Parameter impliedKind: What an item of a typed list is when it does not say so.
    private mutating func readObject(_ node: Node, impliedKind: String?) {
        if node.isNull { return }
        guard let kind = text(node["kind"]) ?? impliedKind,
            let version = text(node["apiVersion"]) ?? (impliedKind == nil ? nil : "v1")
        else {
            manifest.isComplete = false
            problems.append(
                Problem(
                    .error, at: node.mark, "this is not a Kubernetes object, for it lacks 'apiVersion' or 'kind'",
                    cure: "begin it with 'apiVersion: v1' and 'kind: Service'"))
            return
        }
        switch (kind, version) {
        case ("Service", "v1"): readService(node)
        case ("List", "v1"): readItems(of: node, impliedKind: nil)
        case ("ServiceList", "v1"): readItems(of: node, impliedKind: "Service")
        default:
            if manifest.ignored.count < Self.mostIgnored {
                manifest.ignored.append(Manifest.Ignored(kind: quoted(kind), mark: node.mark))
            }
        }
    }

    private mutating func readItems(of list: Node, impliedKind: String?) {
        guard let items = list["items"], !items.isNull else { return }
        guard let nodes = items.sequence else {
            manifest.isComplete = false
            problems.append(
                Problem(.error, at: items.mark, "'items' must be a list", cure: "write '- ' before each item"))
            return
        }
        for node in nodes { readObject(node, impliedKind: impliedKind) }
    }

    private mutating func readService(_ node: Node) {
        var fields = ManifestFields()
        let service = fields.service(node)
        problems += fields.problems
        guard let service, fields.problems.isEmpty else { return refuse(node) }
        if let first = places[service.key] {
            problems.append(
                Problem(
                    .error, at: node.mark, "the Service \(service.key) is written twice, first at \(first)",
                    cure: "keep one of them"))
            return
        }
        places[service.key] = node.mark
        manifest.services.append(Manifest.Entry(service: service, mark: node.mark))
    }

    /// Remembers which Services an object with an error would have been.
    private mutating func refuse(_ node: Node) {
        var fields = ManifestFields()
        if text(node["kind"]) ?? "Service" == "Service", let key = fields.key(node) {
            manifest.refused.insert(key)
        } else {
            manifest.isComplete = false
        }
    }

    private mutating func report(_ errors: [YAMLError]) {
        problems += errors.map { Problem(.error, at: $0.mark, $0.what, cure: $0.cure) }
    }

    private func text(_ node: Node?) -> String? {
        guard let text = node?.scalar?.text, !text.isEmpty else { return nil }
        return text
    }
}
