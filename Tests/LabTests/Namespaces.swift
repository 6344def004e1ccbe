import FoundationEssentials

/// What `ip netns list` would show.
enum Namespaces {
    static func of(_ pid: Int32) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/run/netns").filter { $0.hasPrefix("herald-\(pid)-") }
    }

    static func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "/run/netns/\(name)") }
}
