import Emulator
import StrictYAML
import Testing

@Suite struct TopologyTests {
    @Test func `the demo topology can be read`() throws {
        let topology = try Topology.demo()
        #expect(topology.devices.map(\.name) == ["accelerator", "nvme", "network"])
    }
}
