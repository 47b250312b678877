internal import Emulator
internal import PCIe
internal import ScenarioReplay
internal import StrictYAML

/// In a topology that is accepted no two functions have the same address, and a host can be built from it, unless that says
/// why not.
func fuzzTopology(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let text = utf8Text(input) else { return }
    guard
        let topology = try TextExtent(text).read({ () throws(YAMLError) in
            try Topology(parsing: text, file: TextExtent.file)
        })
    else { return }
    let functions = topology.devices.flatMap { $0.functions + [$0.rootPort] }
    try require(Set(functions).count == functions.count, "an address is used twice")
    for device in topology.devices {
        try require(device.memoryRanges.allSatisfy { $0.address != nil }, "memory without address in \(device.name)")
    }
    // Thousands of functions take their time, and are made the same way.
    guard functions.count <= 16 else { return }
    do throws(TopologyError) {
        _ = try EmulatedHost(topology, entropy: SeededEntropy(seed: 1))
    } catch {
        try requireOneLine("\(error)")
    }
}

/// A scenario is read, or refused at a place in it.
func fuzzScenario(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let text = utf8Text(input) else { return }
    _ = try TextExtent(text).read { () throws(YAMLError) in try Scenario(parsing: text, file: TextExtent.file) }
}
