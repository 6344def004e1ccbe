import Foundation
import HTTPTransfer
import Testing

@testable import APIServer

/// Holds the test server to what a real one said: the same request gives the same status, the same type of body, and
/// the same names and types in it.
@Suite("The API server for tests answers as the recorded one", .timeLimit(.minutes(2)))
struct RecordingTests {
    @Test("exchange by exchange", arguments: Recording.all)
    func plays(_ recording: Recording) async throws {
        let scene = Scene.of(recording.number)
        let world = try await World.make(offersHTTP2: recording.number != "22")
        do {
            var player = Player(world: world, scene: scene, recording: recording)
            try await player.play()
        } catch {
            await world.close()
            throw error
        }
        await world.close()
    }

    @Test("every recording is there, and next to nothing is left out")
    func completeness() {
        #expect(Recording.all.count == 54)
        #expect(Recording.all.reduce(0) { $0 + $1.exchanges.count } == 136)
        #expect(Recording.all.reduce(0) { $0 + Scene.of($1.number).skipped.count } == 2)
    }
}

/// Plays one recording to a server.
private struct Player {
    let world: World
    let scene: Scene
    let recording: Recording
    /// What the numbers in the recording's requests stand for.
    private var revision = ""
    /// Recorded resource versions and ours.
    private var known: [String: String] = [:]

    init(world: World, scene: Scene, recording: Recording) {
        self.world = world
        self.scene = scene
        self.recording = recording
    }

    mutating func play() async throws {
        try await world.fill(without: scene.without)
        for step in scene.before { try await perform(step) }
        if revision.isEmpty { revision = try await world.revision() }
        for (index, exchange) in recording.exchanges.enumerated() where scene.skipped[index] == nil {
            try await play(exchange, "\(index + 1): \(exchange.method) \(exchange.target)")
        }
    }

    private mutating func perform(_ step: Scene.Step) async throws {
        switch step {
        case .request(let method, let target, let body, let type):
            _ = try await world.json(method, target, body, type: type)
        case .command(let name, let body): try await world.command(name, body)
        case .remember: revision = try await world.revision()
        }
    }

    private mutating func play(_ exchange: Recording.Exchange, _ title: String) async throws {
        let isNamed = exchange.requestHeaders.contains { $0.name == "authorization" }
        let response = try await world.send(
            exchange.method, translated(exchange.target), headers: exchange.requestHeaders,
            body: translatedBody(exchange.requestBody), as: isNamed ? scene.caller : .anonymous)
        #expect(response.status == exchange.status, "\(title)")
        #expect(response.headers["content-type"] == exchange.header("content-type"), "\(title)")
        for name in ["retry-after", "warning"] {
            #expect(response.headers[name] == exchange.header(name), "\(title): \(name)")
        }
        let isWatch = exchange.target.contains("watch=true") && exchange.status == 200
        if isWatch {
            for step in scene.during { try await perform(step) }
        }
        var octets: [UInt8] = []
        var isCut = false
        do {
            for try await chunk in response.body { octets += chunk }
        } catch { isCut = true }
        #expect(isCut == exchange.isCut, "\(title)")
        if isWatch { compareEvents(octets, exchange.body, title) } else { try compare(octets, exchange.body, title) }
    }

    // MARK: - Their numbers and ours

    private func translated(_ target: String) -> String {
        let parts = target.split(separator: "?", maxSplits: 1)
        guard parts.count == 2 else { return target }
        let query = parts[1].split(separator: "&").map { pair -> String in
            let words = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard words.count == 2 else { return String(pair) }
            switch (words[0], words[1]) {
            case ("resourceVersion", "0"), ("resourceVersion", "1"), ("resourceVersion", "abc"),
                ("resourceVersion", "99999999"):
                return String(pair)
            case ("resourceVersion", _): return "resourceVersion=\(revision)"
            case ("timeoutSeconds", let seconds): return "timeoutSeconds=\(min(Int(seconds) ?? 1, 1))"
            case ("continue", let text):
                guard var token = try? ContinueToken(text) else { return String(pair) }
                token.revision = UInt64(revision)
                return "continue=\(token.text)"
            default: return String(pair)
            }
        }
        return "\(parts[0])?\(query.joined(separator: "&"))"
    }

    private func translatedBody(_ body: String) -> String {
        known.reduce(body) { text, pair in
            text.replacing("\"resourceVersion\":\"\(pair.key)\"", with: "\"resourceVersion\":\"\(pair.value)\"")
        }
    }

    // MARK: - Comparing

    private mutating func compare(_ octets: [UInt8], _ recorded: String, _ title: String) throws {
        let text = String(decoding: octets, as: UTF8.self)
        guard let theirs = try? JSONReader.read(Array(recorded.utf8)) else {
            if recorded.split(separator: "\n").count == 1 {
                #expect(
                    text.trimmingCharacters(in: .newlines) == recorded.trimmingCharacters(in: .newlines), "\(title)")
            }
            return
        }
        let own = try JSONReader.read(octets)
        if let key = theirs[path: "metadata", "resourceVersion"]?.string {
            known[key] = own[path: "metadata", "resourceVersion"]?.string
        }
        let differences = differences(own, theirs)
        #expect(differences.isEmpty, "\(title)\n\(differences.joined(separator: "\n"))")
    }

    /// Of what is discovered we have a part; of nodes and slices others own more than we play.
    private func differences(_ own: JSON, _ theirs: JSON) -> [String] {
        var pair = (own, theirs)
        for (list, name) in [("resources", "name"), ("groups", "name")] {
            guard let mine = own[list]?.array else { continue }
            let all = theirs[list]?.array ?? []
            pair.0[list] = .array([])
            pair.1[list] = .array([])
            let unknown = mine.filter { one in !all.contains { $0[name] == one[name] } }
            let missing = unknown.filter { $0[name]?.string?.hasSuffix("/status") == false }
            if !missing.isEmpty { return ["\(list): \(missing.map(\.text)) are not in the recording"] }
        }
        let kind = own["kind"]?.string ?? ""
        let found = Shape.differences(pair.0, from: pair.1)
        let isOthers = ["Node", "NodeList", "EndpointSlice", "EndpointSliceList", "Endpoints"].contains(kind)
        return isOthers ? found.filter { !$0.contains("managedFields") } : found
    }

    private func compareEvents(_ octets: [UInt8], _ recorded: String, _ title: String) {
        let mine = events(String(decoding: octets, as: UTF8.self))
        let theirs = events(recorded)
        let types = [mine, theirs].map { $0.map { $0["type"]?.string ?? "" } }
        #expect(types[0] == types[1], "\(title)")
        guard types[0] == types[1] else { return }
        for (own, their) in zip(mine, theirs) {
            let differences = differences(own["object"] ?? .null, their["object"] ?? .null)
            #expect(
                differences.isEmpty,
                "\(title) \(own["type"]?.string ?? ""): \(differences.joined(separator: "\n"))")
        }
    }

    /// One bookmark stands for several in a row.
    private func events(_ text: String) -> [JSON] {
        var found: [JSON] = []
        for line in text.split(separator: "\n") {
            guard let event = try? JSONReader.read(Array(line.utf8)), event["type"] != nil else { continue }
            let isRepeated =
                event["type"] == "BOOKMARK" && found.last?["type"] == "BOOKMARK"
                && found.last?[path: "object", "metadata", "annotations"] == nil
            if !isRepeated { found.append(event) }
        }
        return found
    }
}
