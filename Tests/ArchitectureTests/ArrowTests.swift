import FoundationEssentials
import Testing

/// Reads the imports of `Sources` and fails on an arrow that the layout does not allow.
@Suite("Architecture")
struct ArrowTests {
    /// Floors from the top; a room may import only rooms named for it here, all of which lie lower, or in a lower row of
    /// its own floor.
    static let allowed: [String: Set<String>] = [
        // Command: composes, so it may see everything but what only rooms of the pure floor need.
        "herald": [
            "ARPMode", "Announcing", "BGP", "BGPMode", "CBuild", "CLinux", "CTaskPool", "Configuration",
            "DirectorySource", "FileSystem", "HTTPTransfer", "HostNetwork", "IPAM", "Importing", "Kubernetes",
            "KubernetesSource", "LoadBalancing", "NetworkTypes", "Operations", "Operator", "PacketLoop", "YAML",
        ],
        // Loop
        "Operator": ["Announcing", "Configuration", "FileSystem", "IPAM", "LoadBalancing", "NetworkTypes"],
        "Operations": ["FileSystem", "NetworkTypes", "OpenSSL"],
        // Modes and sources: never each other
        "ARPMode": [
            "AddressResolution", "Announcing", "Configuration", "FileSystem", "HostNetwork", "IPAM", "LoadBalancing",
            "Membership", "Netlink", "NetworkTypes", "OpenSSL", "PacketLoop",
        ],
        "BGPMode": [
            "AddressResolution", "Announcing", "BFD", "BGP", "Configuration", "FileSystem", "HostNetwork", "IPAM",
            "LoadBalancing",
            "Netlink", "NetworkTypes", "PacketLoop",
        ],
        "DirectorySource": [
            "Announcing", "Configuration", "FileSystem", "IPAM", "LoadBalancing", "NetworkTypes", "PacketLoop", "YAML",
        ],
        "KubernetesSource": [
            "Announcing", "FileSystem", "IPAM", "Kubernetes", "LoadBalancing", "NetworkTypes", "PacketLoop",
        ],
        // Seams
        "Announcing": ["IPAM", "LoadBalancing", "NetworkTypes"],
        "Configuration": ["BGP", "IPAM", "LoadBalancing", "NetworkTypes", "YAML"],
        "Importing": ["NetworkTypes", "YAML"],
        "Kubernetes": ["FileSystem", "HTTPTransfer", "NetworkTypes", "YAML"],
        // Platform
        "HostNetwork": ["Netlink", "NetworkTypes", "PacketLoop"],
        "FileSystem": ["CLinux"],
        "HTTPTransfer": ["CCurl", "NetworkTypes"],
        "Netlink": ["CNetlink", "NetworkTypes"],
        "OpenSSL": ["COpenSSL"],
        "PacketLoop": ["CLinux", "NetworkTypes"],
        "YAML": ["CYAML"],
        // Pure
        "LoadBalancing": ["IPAM", "NetworkTypes"],
        "IPAM": ["NetworkTypes"],
        "Membership": ["NetworkTypes"],
        "AddressResolution": ["NetworkTypes"],
        "BGP": ["NetworkTypes"],
        "BFD": ["NetworkTypes"],
        "NetworkTypes": [],
        // System
        "CBuild": [], "CCurl": [], "CLinux": [], "CNetlink": [], "COpenSSL": [], "CTaskPool": [],
        "CYAML": [],
    ]

    static let pure = ["LoadBalancing", "IPAM", "Membership", "AddressResolution", "BGP", "BFD", "NetworkTypes"]

    @Test("each room imports only what the layout allows")
    func arrows() throws {
        for (room, file, module) in try Self.imports() where Self.allowed[module] != nil {
            let permitted = try #require(Self.allowed[room], "room \(room) is not in the layout")
            #expect(permitted.contains(module), "\(file): \(room) must not import \(module)")
        }
    }

    @Test("pure rooms import nothing that does I/O, keeps time or makes tasks")
    func purity() throws {
        let harmless: Set<String> = ["HashTreeCollections", "Swift"]
        for (room, file, module) in try Self.imports() where Self.pure.contains(room) {
            let isRoom = Self.allowed[module] != nil
            #expect(isRoom || harmless.contains(module), "\(file): the pure room \(room) must not import \(module)")
        }
    }

    @Test("no product file imports the full Foundation")
    func foundation() throws {
        for (_, file, module) in try Self.imports() {
            #expect(module != "Foundation", "\(file): import FoundationEssentials instead")
        }
    }

    @Test("every room below Sources is in the layout, and the layout has no cycle")
    func rooms() throws {
        let rooms = Set(try Self.imports().map(\.room))
        #expect(rooms.count > 10)
        #expect(rooms.isSubset(of: Set(Self.allowed.keys)))
        var done: Set<String> = []
        var rest = Self.allowed
        while let next = rest.first(where: { $0.value.isSubset(of: done) }) {
            done.insert(next.key)
            rest[next.key] = nil
        }
        #expect(rest.isEmpty, "these rooms import each other: \(rest.keys.sorted())")
    }

    @Test("the table of the README names every room, and none that is not there")
    func table() throws {
        let readme = try String(contentsOfFile: "\(Self.root)/README.md", encoding: .utf8)
        let section = try #require(readme.split(separator: "\n## Architecture\n").dropFirst().first)
        let rows = section.split(separator: "\n").drop { $0 != "| floor | room | what |" }.dropFirst(2)
            .prefix { $0.hasPrefix("|") }
        // A row is `| floor | rooms | what |`: its third part names the rooms, each between backquotes.
        let named = rows.flatMap { row in
            row.split(separator: "|", omittingEmptySubsequences: false)[2].split(
                separator: "`", omittingEmptySubsequences: false
            ).enumerated().filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
        }
        #expect(named.sorted() == Self.allowed.keys.sorted())
    }

    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    private static func imports() throws -> [(room: String, file: String, module: String)] {
        let sources = root + "/Sources"
        var found: [(room: String, file: String, module: String)] = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources) where path.hasSuffix(".swift") {
            let room = String(path.prefix { $0 != "/" })
            let contents = try String(contentsOfFile: "\(sources)/\(path)", encoding: .utf8)
            for line in contents.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let place = words.firstIndex(of: "import"), place <= 2, words.count > place + 1,
                    words[..<place].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains(String($0)) })
                else { continue }
                found.append((room, path, String(words[place + 1].prefix { $0 != "." })))
            }
        }
        return found
    }

    private static let accessLevels: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
}
