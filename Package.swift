// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error), .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A room of the product: one folder below `Sources`. What it may import is checked by `ArchitectureTests`.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let hashTrees = Target.Dependency.product(name: "HashTreeCollections", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "herald",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Command
        .executableTarget(
            name: "herald",
            dependencies: [argumentParser, logging, serviceLifecycle, "LoadBalancing"],
            swiftSettings: strict),
        // Loop
        room("Operator", ["Announcing", "IPAM", "LoadBalancing", "NetworkTypes", logging, serviceLifecycle]),
        room("Operations", [logging, nioCore, nioHTTP, nioPosix, serviceLifecycle]),
        // Modes and sources
        // Seams
        room("Announcing", ["IPAM", "LoadBalancing", "NetworkTypes", hashTrees, serviceLifecycle]),
        room("Kubernetes", ["HTTPTransfer", "NetworkTypes"]),
        // Platform
        room("HTTPTransfer", ["CCurl"]),
        // Pure
        room("IPAM", ["NetworkTypes"]),
        room("LoadBalancing", ["IPAM", "NetworkTypes", hashTrees]),
        room("NetworkTypes"),
        // System
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // Tests
        tests("HTTPTransferTests", ["HTTPTransfer", "ScriptedHTTP"]),
        tests(
            "KubernetesTests", ["HTTPTransfer", "Kubernetes", "NetworkTypes", "ScriptedHTTP"],
            resources: [.copy("Fixtures")]),
        .target(
            name: "ScriptedHTTP", dependencies: ["HTTPTransfer"], path: "Tests/ScriptedHTTP", swiftSettings: strict),
        tests("IPAMTests", ["IPAM", "NetworkTypes"]),
        tests("NetworkTypesTests", ["NetworkTypes"]),
    ],
    swiftLanguageModes: [.v6]
)
