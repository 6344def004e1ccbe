import AddressResolution
import HTTPTransfer
import Importing
import Testing
import YAML

@testable import FileSystem
@testable import Kubernetes
@testable import Netlink

@Suite("What fuzzing begins with is well-formed")
struct SeedTests {
    @Test("every router advertisement is one", arguments: FrameSeeds.advertisements)
    func advertisement(frame: [UInt8]) {
        #expect(RouterAdvertisement(frame: frame) != nil)
    }

    @Test("every message of the kernel is of use", arguments: KernelSeeds.datagrams)
    func netlink(datagram: [UInt8]) {
        var irrelevant = 0
        let malformed = NetlinkMessage.forEach(in: NativeReader(datagram)) { _, content in
            if content == .irrelevant { irrelevant += 1 }
        }
        #expect(malformed == 0 && irrelevant == 0)
    }

    @Test("every event of inotify is whole", arguments: KernelSeeds.events)
    func inotify(octets: [UInt8]) {
        let names = InotifyEvent.all(in: octets[...]).map(\.name)
        #expect(names.reduce(0) { $0 + ($1.isEmpty ? 16 : 32) } == octets.count)
    }

    @Test("every object of the API is read")
    func objects() throws {
        #expect(!ObjectSeeds.services.isEmpty)
        let namespaces = try JSON.decode(ListPage<Namespace>.self, from: try #require(ObjectSeeds.namespaces.first))
        let teams = namespaces.items.map { $0.metadata.labels["team"] }
        #expect(teams == ["a"])
        let ranges = try JSON.decode(ListPage<ServiceCIDR>.self, from: try #require(ObjectSeeds.serviceCIDRs.first))
        #expect(ranges.items.map(\.blocks) == [["10.96.0.0/12", "fd00:10::/112"]])
        for octets in ObjectSeeds.secrets {
            let secret = try JSON.decode(Secret.self, from: octets)
            #expect(secret.data.isEmpty == (secret.metadata.name == "empty"))
        }
        let managers = try ObjectSeeds.managers.map { try JSON.decode(FieldManagers.self, from: $0) }
        let rivals = managers.map { $0.latest(but: "herald") }
        #expect(rivals == ["metallb", nil])
    }

    @Test("every head of an answer but the last is one")
    func heads() {
        let statuses = BoundarySeeds.heads.map { FuzzTarget.head(of: $0)?.status }
        #expect(statuses == [200, 429, 410, 204, nil])
    }

    @Test("every file to import has a pool that is found", arguments: ImportSeeds.files)
    func imports(file: [UInt8]) throws {
        #expect(Importer.convert(try Parser.parse(file)).poolCount > 0)
    }
}
