// swift-tools-version: 6.2
import PackageDescription

// Layers, lowest first. Arrows point down only; `scripts/check` and the compiler's import check enforce it.
// "pure" targets import no Foundation, no logging, no clock, no randomness (Docs/Architecture.md).

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let flyingSocks: Target.Dependency = .product(name: "FlyingSocks", package: "FlyingFox")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "tdispctl",
    products: [
        .executable(name: "tdispctl", targets: ["tdispctl"]),
        // For the fuzzer, which is a package of its own (Tests/Fuzz) because it needs other flags.
        .library(name: "FuzzEntries", targets: ["FuzzEntries"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        // Bytes (pure)
        .target(name: "WireBytes"),
        .target(name: "PCIe", dependencies: ["WireBytes"]),

        // Protocols and models (pure)
        .target(name: "SPDM", dependencies: ["PCIe", "WireBytes"]),
        .target(name: "TDISP", dependencies: ["PCIe", "SPDM", "WireBytes"]),
        .target(name: "IOMMU", dependencies: ["PCIe"]),
        .target(name: "Attestation", dependencies: ["PCIe", "TDISP", "WireBytes"]),

        // The engine (pure)
        .target(name: "Assignment", dependencies: ["Attestation", "IOMMU", "PCIe", "TDISP"]),

        // Everything that the engine can do (pure)
        .target(name: "Checker", dependencies: ["Assignment", "IOMMU", "PCIe", "SPDM", "TDISP"]),

        // Adapters: one per C library or file format
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Needs libvirt's headers; the library is loaded when it is first used.
        .target(name: "CLibvirt"),
        .target(name: "OpenSSLCrypto", dependencies: ["COpenSSL"]),
        .target(name: "Libvirt", dependencies: ["CLibvirt", "PCIe"]),
        .target(name: "StrictYAML", dependencies: [yams]),
        .target(name: "Journal", dependencies: ["Assignment", "OpenSSLCrypto", "PCIe", "TDISP", grdb]),

        // The two ends of SPDM with their secrets, and the sockets that foreign ends are reached over
        .target(name: "SPDMEndpoints", dependencies: ["OpenSSLCrypto", "SPDM", "WireBytes"]),
        .target(name: "SPDMTransport", dependencies: ["PCIe", "SPDM", "WireBytes", flyingSocks]),
        .target(
            name: "ForeignDevice",
            dependencies: [
                "Attestation", "OpenSSLCrypto", "PCIe", "SPDM", "SPDMEndpoints", "SPDMTransport", "TDISP", "WireBytes",
            ]),

        // The emulated platform
        .target(
            name: "Emulator",
            dependencies: [
                "Assignment", "Attestation", "IOMMU", "OpenSSLCrypto", "PCIe", "SPDM", "SPDMEndpoints", "StrictYAML",
                "TDISP", "WireBytes",
            ]),
        .target(
            name: "EmulatorProcess",
            dependencies: [
                "Assignment", "Attestation", "Emulator", "IOMMU", "Libvirt", "OpenSSLCrypto", "PCIe", "SPDM",
                "SPDMEndpoints", "SPDMTransport", "StrictYAML", "TDISP", flyingSocks, logging,
            ]),

        // Owners and what runs the engine
        .target(
            name: "AssignmentService",
            dependencies: ["Assignment", "Attestation", "IOMMU", "PCIe", "TDISP", logging]),
        .target(
            name: "ScenarioReplay",
            dependencies: [
                "Assignment", "AssignmentService", "Attestation", "Checker", "Emulator", "IOMMU", "PCIe", "StrictYAML",
                "TDISP",
            ]),

        .target(name: "MachineGraph", dependencies: ["Assignment", "PCIe", "SPDM", "TDISP"]),

        // Command line
        .target(
            name: "CommandLineTool",
            dependencies: [
                "Assignment", "AssignmentService", "Attestation", "Checker", "Emulator", "EmulatorProcess",
                "ForeignDevice", "IOMMU", "Journal", "Libvirt", "MachineGraph", "OpenSSLCrypto", "PCIe", "SPDM",
                "SPDMEndpoints", "SPDMTransport", "ScenarioReplay", "StrictYAML", "TDISP", argumentParser, logging,
            ]),
        .executableTarget(
            name: "tdispctl", dependencies: ["CommandLineTool"],
            // Fewer symbols to search and fewer bytes to relocate at every start (Docs/Decisions/0008).
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker",
                        "pack-relative-relocs",
                    ], .when(configuration: .release))
            ]),
        .executableTarget(
            name: "tdisp-bench",
            dependencies: [
                "Assignment", "AssignmentService", "Attestation", "CAllocationCounter", "Checker", "Emulator",
                "EmulatorProcess", "ForeignDevice", "IOMMU", "Journal", "OpenSSLCrypto", "PCIe", "SPDM",
                "SPDMEndpoints", "SPDMTransport", "ScenarioReplay", "TDISP",
            ],
            path: "Sources/Benchmarks"),
        .target(name: "CAllocationCounter"),

        // Tests
        .testTarget(name: "WireBytesTests", dependencies: ["WireBytes"]),
        .testTarget(name: "PCIeTests", dependencies: ["PCIe", "WireBytes"]),
        .target(
            name: "SPDMVectors", dependencies: ["OpenSSLCrypto", "SPDM"], path: "Tests/SPDMVectors",
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "SPDMTests", dependencies: ["OpenSSLCrypto", "PCIe", "SPDM", "SPDMVectors", "WireBytes"]),
        .testTarget(
            name: "SPDMEndpointsTests",
            dependencies: ["OpenSSLCrypto", "SPDM", "SPDMEndpoints", "SPDMVectors", "WireBytes"]),
        .testTarget(name: "SPDMTransportTests", dependencies: ["SPDM", "SPDMTransport", "WireBytes"]),
        .testTarget(
            name: "ForeignDeviceTests",
            dependencies: [
                "ForeignDevice", "OpenSSLCrypto", "PCIe", "SPDM", "SPDMEndpoints", "SPDMTransport", "TDISP",
                "WireBytes",
            ]),
        .testTarget(
            name: "TDISPTests", dependencies: ["PCIe", "SPDM", "TDISP", "WireBytes"], resources: [.copy("Vectors")]),
        .testTarget(name: "IOMMUTests", dependencies: ["IOMMU", "PCIe"]),
        .testTarget(name: "AttestationTests", dependencies: ["Attestation", "PCIe", "TDISP"]),
        .testTarget(name: "AssignmentTests", dependencies: ["Assignment", "Attestation", "IOMMU", "PCIe", "TDISP"]),
        .testTarget(
            name: "CheckerTests",
            dependencies: [
                "Assignment", "Checker", "CommandLineTool", "Emulator", "IOMMU", "PCIe", "SPDM", "ScenarioReplay",
                "TDISP", argumentParser,
            ],
            resources: [.copy("Promela")]),
        .testTarget(name: "OpenSSLCryptoTests", dependencies: ["OpenSSLCrypto"], resources: [.copy("Vectors")]),
        .testTarget(name: "LibvirtTests", dependencies: ["Libvirt", "PCIe"]),
        .testTarget(name: "StrictYAMLTests", dependencies: ["StrictYAML"]),
        .testTarget(
            name: "JournalTests", dependencies: ["Assignment", "Journal", "OpenSSLCrypto", "PCIe", "TDISP", grdb]),
        .testTarget(
            name: "EmulatorTests",
            dependencies: [
                "Assignment", "Attestation", "Emulator", "IOMMU", "PCIe", "SPDM", "StrictYAML", "TDISP", "WireBytes",
            ]),
        .testTarget(name: "MachineGraphTests", dependencies: ["Assignment", "MachineGraph", "PCIe", "TDISP"]),
        .testTarget(
            name: "AssignmentServiceTests",
            dependencies: [
                "Assignment", "AssignmentService", "Attestation", "Emulator", "IOMMU", "Journal", "PCIe", "TDISP",
            ]),
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "Assignment", "AssignmentService", "Emulator", "IOMMU", "PCIe", "ScenarioReplay", "StrictYAML",
            ]),
        .target(
            name: "FuzzEntries",
            dependencies: [
                "Emulator", "Libvirt", "OpenSSLCrypto", "PCIe", "SPDM", "SPDMEndpoints", "SPDMTransport", "SPDMVectors",
                "ScenarioReplay", "StrictYAML", "TDISP", "WireBytes",
            ],
            path: "Tests/FuzzEntries"),
        .testTarget(
            name: "FuzzTests", dependencies: ["FuzzEntries", "PCIe", "SPDM", "SPDMEndpoints", "TDISP", "WireBytes"]),
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "Assignment", "AssignmentService", "Attestation", "CommandLineTool", "Emulator", "EmulatorProcess",
                "IOMMU",
                "Journal", "Libvirt", "PCIe", "SPDMTransport", "ScenarioReplay",
            ]),
    ]
)

// Swift 6 language mode with the strictest settings the toolchain has, for every target.
// SE-0335 ExistentialAny, SE-0409 InternalImportsByDefault, SE-0444 MemberImportVisibility,
// SE-0461 NonisolatedNonsendingByDefault, SE-0470 InferIsolatedConformances, SE-0481 ImmutableWeakCaptures,
// SE-0458 strict memory safety, SE-0480 warnings as errors.
let strictSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]
for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + strictSettings
}
