// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error), .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Named by `make release`; plain builds tell none.
let commit = Context.environment["HERALD_COMMIT"] ?? ""

/// A room of the product: one folder below `Sources`. What it may import is checked by `ArchitectureTests`.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let hashTrees = Target.Dependency.product(name: "HashTreeCollections", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let locks = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

/// What `SimulationTests` joins.
let simulated: [Target.Dependency] = [
    "ARPMode", "AddressResolution", "Announcing", "Configuration", "HTTPTransfer", "IPAM", "Kubernetes",
    "KubernetesSource", "LoadBalancing", "Membership", "Netlink", "NetworkTypes", hashTrees,
]

/// What takes octets from outside, and is given all sorts of them by `FuzzTests`.
let fuzzed: [Target.Dependency] = [
    "ARPMode", "AddressResolution", "Announcing", "BFD", "BGP", "Configuration", "DirectorySource", "FileSystem",
    "HTTPTransfer", "IPAM", "Importing", "Kubernetes", "KubernetesSource", "LoadBalancing", "Membership", "Netlink",
    "NetworkTypes", "Operations", "YAML",
]

let package = Package(
    name: "herald",
    products: [
        .library(name: "ClockStep", type: .dynamic, targets: ["CClockStep"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Command
        .executableTarget(
            name: "herald",
            dependencies: [
                "ARPMode", "Announcing", "BGP", "BGPMode", "CBuild", "CLinux", "CTaskPool", "Configuration",
                "DirectorySource", "FileSystem", "HTTPTransfer", "HostNetwork", "IPAM", "Importing", "Kubernetes",
                "KubernetesSource", "LoadBalancing", "NetworkTypes", "Operations", "Operator", "PacketLoop", "YAML",
                argumentParser, coreMetrics, locks, logging, serviceLifecycle, unixSignals,
            ],
            swiftSettings: strict),
        // Loop
        room(
            "Operator",
            [
                "Announcing", "Configuration", "FileSystem", "IPAM", "LoadBalancing", "NetworkTypes", coreMetrics,
                logging,
                serviceLifecycle, unixSignals,
            ]),
        room(
            "Operations",
            [
                "FileSystem", "NetworkTypes", "OpenSSL", coreMetrics, locks, logging, nioCore, nioHTTP, nioPosix,
                serviceLifecycle,
            ]),
        // Modes and sources
        room(
            "ARPMode",
            [
                "AddressResolution", "Announcing", "Configuration", "FileSystem", "HostNetwork", "IPAM",
                "LoadBalancing", "Membership", "Netlink", "NetworkTypes", "OpenSSL", "PacketLoop", hashTrees, logging,
                serviceLifecycle,
            ]),
        room(
            "BGPMode",
            [
                "AddressResolution", "Announcing", "BFD", "BGP", "Configuration", "FileSystem", "HostNetwork", "IPAM",
                "LoadBalancing",
                "Netlink", "NetworkTypes", "PacketLoop", hashTrees, logging, serviceLifecycle,
            ]),
        room(
            "DirectorySource",
            [
                "Announcing", "Configuration", "FileSystem", "IPAM", "LoadBalancing", "NetworkTypes", "PacketLoop",
                "YAML",
                logging, serviceLifecycle,
            ]),
        room(
            "KubernetesSource",
            [
                "Announcing", "FileSystem", "IPAM", "Kubernetes", "LoadBalancing", "NetworkTypes", "PacketLoop",
                logging,
                serviceLifecycle,
            ]),
        // Seams
        room("Announcing", ["IPAM", "LoadBalancing", "NetworkTypes", hashTrees, locks, serviceLifecycle]),
        room("Configuration", ["BGP", "IPAM", "LoadBalancing", "NetworkTypes", "YAML"]),
        room("Importing", ["NetworkTypes", "YAML"]),
        room("Kubernetes", ["FileSystem", "HTTPTransfer", "NetworkTypes", "YAML", coreMetrics, locks]),
        // Platform
        room("FileSystem", ["CLinux"]),
        room("HTTPTransfer", ["CCurl", locks]),
        room("HostNetwork", ["Netlink", "NetworkTypes", "PacketLoop", locks, logging, serviceLifecycle]),
        room("Netlink", ["CNetlink", "NetworkTypes"]),
        room("OpenSSL", ["COpenSSL"]),
        room("PacketLoop", ["CLinux", "NetworkTypes"]),
        room("YAML", ["CYAML"]),
        // Pure
        room("AddressResolution", ["NetworkTypes"]),
        room("BFD", ["NetworkTypes"]),
        room("BGP", ["NetworkTypes"]),
        room("IPAM", ["NetworkTypes"]),
        room("LoadBalancing", ["IPAM", "NetworkTypes", hashTrees]),
        room("Membership", ["NetworkTypes"]),
        room("NetworkTypes"),
        // What the build knows of itself; C, since only its compiler is told values
        .target(name: "CBuild", cSettings: [.define("HERALD_COMMIT", to: "\"\(commit)\"")]),
        // Where the Swift runtime runs tasks; C, since its hooks have the calling convention of Swift's own code
        .target(name: "CTaskPool"),
        // System
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(
            name: "CNetlink", pkgConfig: "libnl-3.0", providers: [.apt(["libnl-3-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        // What `make bench` runs
        .executableTarget(
            name: "herald-bench",
            dependencies: [
                "AddressResolution", "BGP", "HTTPTransfer", "IPAM", "Kubernetes", "Lab", "LoadBalancing", "Membership",
                "NetworkTypes", "OpenSSL", "Operations",
            ],
            path: "Benchmarks/HeraldBench", swiftSettings: strict),
        // The lab and its probe, with which tests and the demo build networks
        .target(name: "Lab", dependencies: ["NetworkTypes"], path: "Tests/Lab", swiftSettings: strict),
        .executableTarget(
            name: "lab-probe", dependencies: ["AddressResolution", "Lab", "NetworkTypes", "PacketLoop"],
            path: "Tests/LabProbe", swiftSettings: strict),
        // An API server for tests, held to recordings of a real one
        .target(
            name: "APIServer", dependencies: ["CHTTP2", "CTLS", "HTTPTransfer", nioCore, nioHTTP, nioPosix],
            path: "Tests/APIServer", swiftSettings: strict),
        .executableTarget(
            name: "test-apiserver", dependencies: ["APIServer"], path: "Tests/TestAPIServer", swiftSettings: strict),
        .systemLibrary(
            name: "CHTTP2", path: "Tests/CHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CTLS", path: "Tests/CTLS", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        // herald on the nodes of a lab, with an API server: what end-to-end tests and the soak share
        .target(
            name: "ClusterLab",
            dependencies: ["APIServer", "HTTPTransfer", "Lab", "NetworkTypes", "Spawning", "YAML", nioCore, nioPosix],
            path: "Tests/ClusterLab", swiftSettings: strict),
        // What `make soak` runs, and the library by which it steps the wall clock of one process
        .executableTarget(
            name: "herald-soak", dependencies: ["APIServer", "ClusterLab", "HTTPTransfer", "Lab", "NetworkTypes"],
            path: "Tests/Soak", swiftSettings: strict),
        .target(name: "CClockStep", path: "Tests/ClockStep", publicHeadersPath: "include"),
        // An HTTP server that does what a test scripts
        .target(
            name: "ScriptedHTTP", dependencies: ["HTTPTransfer"], path: "Tests/ScriptedHTTP",
            swiftSettings: strict),
        // Programs that tests run
        .target(name: "Spawning", path: "Tests/Spawning", swiftSettings: strict),
        // What `make demo` runs
        .executableTarget(
            name: "herald-demo", dependencies: ["Lab", "NetworkTypes"], path: "Tests/Demo", swiftSettings: strict),
        // Tests
        tests(
            "APIServerTests", ["APIServer", "HTTPTransfer"], resources: [.copy("Recordings")]),
        tests(
            "ARPModeTests",
            [
                "ARPMode", "AddressResolution", "Announcing", "Configuration", "IPAM", "LoadBalancing", "Membership",
                "Netlink", "NetworkTypes", "PacketLoop", hashTrees,
            ]),
        tests("AddressResolutionTests", ["AddressResolution", "NetworkTypes"]),
        tests("AnnouncingTests", ["Announcing"]),
        tests("ArchitectureTests", []),
        tests("BFDTests", ["BFD", "NetworkTypes"]),
        tests("BGPInteropTests", ["Lab", "NetworkTypes", "herald", "lab-probe"]),
        tests(
            "BGPModeTests",
            [
                "BFD", "BGP", "BGPMode", "Configuration", "HostNetwork", "IPAM", "LoadBalancing", "Netlink",
                "NetworkTypes", "PacketLoop", hashTrees, logging,
            ]),
        tests("BGPTests", ["BGP", "NetworkTypes"]),
        tests("ChartTests", ["Spawning", "herald"]),
        tests("ConfigurationTests", ["BGP", "Configuration", "IPAM", "LoadBalancing", "NetworkTypes"]),
        tests(
            "DirectorySourceTests",
            [
                "Announcing", "Configuration", "DirectorySource", "FileSystem", "IPAM", "LoadBalancing", "NetworkTypes",
                logging, serviceLifecycle, locks,
            ]),
        tests("DocumentationTests", ["Configuration"]),
        tests(
            "EndToEndTests",
            [
                "APIServer", "ClusterLab", "HTTPTransfer", "Lab", "NetworkTypes", "herald", "lab-probe",
                "test-apiserver",
            ]),
        tests("FileSystemTests", ["CLinux", "FileSystem"]),
        tests("FuzzTests", fuzzed, exclude: ["Command"]),
        tests("HTTPTransferTests", ["CCurl", "HTTPTransfer", "ScriptedHTTP", "Spawning"]),
        tests(
            "HostNetworkTests",
            [
                "CLinux", "HostNetwork", "Netlink", "NetworkTypes", "PacketLoop", "Spawning", logging, serviceLifecycle,
                locks,
            ]),
        tests("IPAMTests", ["IPAM", "NetworkTypes"]),
        tests("IntegrationTests", ["Lab", "NetworkTypes", "Operations", "herald", "lab-probe"]),
        tests("ImportingTests", ["Configuration", "Importing", "YAML"], resources: [.copy("Fixtures")]),
        tests(
            "KubernetesSourceTests",
            [
                "Announcing", "FileSystem", "HTTPTransfer", "IPAM", "Kubernetes", "KubernetesSource", "LoadBalancing",
                "NetworkTypes", "ScriptedHTTP", locks, logging, serviceLifecycle,
            ]),
        tests(
            "KubernetesTests", ["HTTPTransfer", "Kubernetes", "NetworkTypes", "ScriptedHTTP", locks],
            resources: [.copy("Fixtures")]),
        tests("LabTests", ["Lab", "NetworkTypes", "lab-probe"]),
        tests("LoadBalancingTests", ["IPAM", "LoadBalancing", "NetworkTypes", hashTrees]),
        tests("MembershipTests", ["Membership", "NetworkTypes"]),
        tests("NetlinkTests", ["Netlink", "NetworkTypes", "Spawning"]),
        tests("NetworkTypesTests", ["NetworkTypes"]),
        tests("OpenSSLTests", ["COpenSSL", "NetworkTypes", "OpenSSL", "Spawning"]),
        tests(
            "OperationsTests",
            [
                "NetworkTypes", "OpenSSL", "Operations", "Spawning", coreMetrics, logging, nioCore, nioPosix,
                serviceLifecycle,
            ]),
        tests(
            "OperatorTests",
            [
                "Announcing", "Configuration", "FileSystem", "IPAM", "LoadBalancing", "NetworkTypes", "Operator", locks,
                logging, serviceLifecycle,
            ]),
        tests("PacketLoopTests", ["CLinux", "NetworkTypes", "PacketLoop", locks]),
        tests("SimulationTests", simulated, exclude: ["Command"]),
        tests("SoakTests", ["CClockStep", "Spawning", "herald", "herald-soak", "lab-probe", "test-apiserver"]),
        tests("TaskPoolTests", ["CTaskPool", locks]),
        tests("YAMLTests", ["YAML"]),
    ],
    swiftLanguageModes: [.v6]
)

// What `scripts/fuzz` builds: the sources of FuzzTests as a program, with libFuzzer in it.
if Context.environment["HERALD_FUZZ"] == "1" {
    package.targets.removeAll { $0.name == "FuzzTests" }
    package.targets.append(
        .executableTarget(
            name: "herald-fuzz", dependencies: fuzzed, path: "Tests/FuzzTests", exclude: ["Suites"],
            swiftSettings: strict))
}

// What `make simulate` builds: the sources of SimulationTests as a program, for long runs.
if Context.environment["HERALD_SIMULATE"] == "1" {
    package.targets.removeAll { $0.name == "SimulationTests" }
    package.targets.append(
        .executableTarget(
            name: "herald-simulate", dependencies: simulated, path: "Tests/SimulationTests", exclude: ["Suites"],
            swiftSettings: strict))
}
