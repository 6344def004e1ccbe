import Configuration
import Foundation
import Testing
import YAML

@testable import Importing

/// What is made of each fixture is in the file of its name. To write those anew:
/// HERALD_WRITE_GOLDEN=1 swift test --filter Golden
@Suite("Golden imports")
struct GoldenTests {
    private static let folder =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/") + "/Fixtures"

    @Test(
        "each becomes the configuration that is expected, which herald takes, without a password in it",
        arguments: ["metallb", "metallb-configmap", "kube-vip", "kube-vip-bgp"])
    func golden(name: String) throws {
        let source = try Data(contentsOf: URL(filePath: "\(Self.folder)/\(name).yaml"))
        let imported = Importer.convert(try Parser.parse(Array(source)))
        let file = "\(Self.folder)/\(name).expected"
        if ProcessInfo.processInfo.environment["HERALD_WRITE_GOLDEN"] != nil {
            try imported.text.write(toFile: file, atomically: true, encoding: .utf8)
        }
        #expect(imported.text == (try String(contentsOfFile: file, encoding: .utf8)))
        #expect(throws: Never.self) { try Configuration.parse(Array(imported.text.utf8), file: name) }
        #expect(!imported.text.contains("never-printed"))
        #expect(imported.poolCount > 0)
    }
}
