import FileSystem
import Foundation
import IPAM
import Kubernetes
import LoadBalancing
import NetworkTypes
import Testing

@testable import KubernetesSource

/// A state file of version 1 as herald 0.1 writes it: whatever is released under this version has to read it.
@Suite("A state file of version 1")
struct FormatOneTests {
    static let text = #"""
        {"herald":"kubernetes-state","version":1}
        {"server":"10.96.0.1:443","written":1800000000}
        {"node":{"addresses":["10.0.0.1"],"annotations":{},"internalAddresses":["10.0.0.1"],"isDeleting":false,"isDraining":true,"isNetworkUnavailable":false,"isToBeDeletedByAutoscaler":false,"labels":{"x":"y"},"name":"n1","notReadySince":5}}
        {"service":{"annotations":{"herald-lb.io/assigned":"192.0.2.1,2001:db8::1"},"created":1700000000,"endpoints":{"elsewhere":true,"ready":["n1"],"terminating":["n2"]},"families":["IPv4","IPv6"],"labels":{"a":"b"},"loadBalancerClass":"herald-lb.io/herald","name":"web","namespace":"default","ports":[{"port":80,"transport":"TCP"}],"selector":{"app":"web"},"trafficPolicy":"Local","uid":"u1"}}
        {"end":2}

        """#

    private let directory = NSTemporaryDirectory() + "herald-format-\(UInt64.random(in: 0 ... .max))"
    private var path: String { "\(directory)/kubernetes-state.jsonl" }

    private func place(_ text: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try AtomicFile.write(Array(text.utf8), to: path)
    }

    @Test("is read, and written the same, octet for octet")
    func read() throws {
        let state = try StateFile(octets: Array(Self.text.utf8))
        #expect(state.written == 1_800_000_000 && state.server == "10.96.0.1:443")
        let web = try #require(state.services.first)
        #expect(web.recordedAddresses.map(\.description) == ["192.0.2.1", "2001:db8::1"])
        #expect(web.trafficPolicy == .local && web.ports.map(\.claim.port) == [80])
        #expect(state.nodes.first?.isDraining == true)
        #expect(String(decoding: try state.octets(), as: UTF8.self) == Self.text)
        #expect(StateFile.foreignVersion(in: Array(Self.text.utf8)) == nil)
    }

    @Test("of a later version is kept aside before the first writing, and only then")
    func keptAside() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let later = #"{"herald":"kubernetes-state","version":2}"# + "\nwhatever it may be\n"
        try place(later)
        let keeper = try StateKeeper(directory: directory)
        #expect(try await keeper.setForeignAside() == "\(path).version-2")
        #expect(try String(contentsOfFile: "\(path).version-2", encoding: .utf8) == later)
        #expect(!FileManager.default.fileExists(atPath: path))
        try place(later)
        #expect(try await keeper.setForeignAside() == nil)
    }

    @Test("stays where it is, as does what is none", arguments: [text, "", "x", #"{"herald":"other","version":2}"#])
    func left(_ text: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try place(text)
        #expect(try await StateKeeper(directory: directory).setForeignAside() == nil)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
}
