// swift-tools-version: 6.2
import PackageDescription

// The fuzzer. A package of its own, so that the flags of `scripts/fuzz` reach everything it is built from and no other
// build. What it runs is the target FuzzEntries of the main package.
let package = Package(
    name: "tdispctl-fuzz",
    dependencies: [.package(name: "tdispctl", path: "../..")],
    targets: [
        .systemLibrary(name: "CLibFuzzer"),
        .executableTarget(
            name: "Fuzzer", dependencies: ["CLibFuzzer", .product(name: "FuzzEntries", package: "tdispctl")]),
    ]
)
