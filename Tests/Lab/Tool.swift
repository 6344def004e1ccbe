import Glibc

/// The programs of the host that the lab uses, and the Debian packages they come from.
enum Tool: String, CaseIterable {
    case ip, nft, setpriv, sysctl, tcpdump, tshark

    private var package: String {
        switch self {
        case .ip: "iproute2"
        case .nft: "nftables"
        case .setpriv: "util-linux"
        case .sysctl: "procps"
        case .tcpdump: "tcpdump"
        case .tshark: "tshark"
        }
    }

    /// The full path; throws `missingTool`.
    func path() throws(LabError) -> String {
        guard let path = Self.find(rawValue) else { throw .missingTool(rawValue, package: package) }
        return path
    }

    /// The program of this name in PATH or the usual system folders.
    static func find(_ name: String) -> String? {
        let searched = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
        let folders = searched.split(separator: ":") + ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        return folders.lazy.map { "\($0)/\(name)" }.first { unsafe access($0, X_OK) == 0 }
    }

    /// `lab-probe`, which the package builds next to the tests; `HERALD_LAB_PROBE` names another.
    static func probePath() throws(LabError) -> String {
        if let named = unsafe getenv("HERALD_LAB_PROBE") { return unsafe String(cString: named) }
        guard let own = unsafe realpath("/proc/self/exe", nil) else { throw .system("realpath", code: errno) }
        defer { unsafe free(own) }
        let folder = unsafe String(cString: own).split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/lab-probe"
        guard unsafe access(path, X_OK) == 0 else {
            throw .badTopology("no \(path); make the target depend on 'lab-probe' or set HERALD_LAB_PROBE")
        }
        return path
    }
}
