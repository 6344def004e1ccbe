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

let package = Package(
    name: "herald",
    dependencies: [],
    targets: [
        // Pure
        room("BFD", ["NetworkTypes"]),
        room("BGP", ["NetworkTypes"]),
        room("NetworkTypes"),
        tests("BFDTests", ["BFD", "NetworkTypes"]),
        tests("BGPTests", ["BGP", "NetworkTypes"]),
        tests("NetworkTypesTests", ["NetworkTypes"]),
    ],
    swiftLanguageModes: [.v6]
)
