import Assignment
import Emulator
import PCIe
import Testing

@Suite struct RegistersTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
    }

    @Test func `a physical function shows what Linux would find`() throws {
        let space = try host.space(demo.accelerator)
        #expect(space.vendorID == 0x1D05)
        #expect(space.deviceID == 0x0A01)
        #expect(space.classCode == 0x12_0000)
        #expect(space.command == [.memorySpace, .busMaster])
        let express = try #require(try ExpressCapability(in: space))
        #expect(express.deviceCapabilities.isSuperset(of: [.teeIO, .functionLevelReset]))
        let sriov = try #require(try SRIOVCapability(in: space))
        #expect(sriov.totalVFs == 4)
        #expect(sriov.enabledVFs == 2)
        #expect(try DOECapability.all(in: space).count == 1)
        let ide = try #require(try IDECapability(in: space))
        #expect(ide.features.isSelectiveIDESupported)
        #expect(ide.features.isKeyManagementSupported)
        #expect(try MSIXCapability(in: space)?.tableSize == 16)
    }

    @Test func `a virtual function shows no vendor of its own`() throws {
        let space = try host.space(demo.vf0)
        #expect(space.vendorID == 0xFFFF)
        #expect(space.deviceID == 0xFFFF)
        #expect(try SRIOVCapability(in: space) == nil)
        #expect(try host.facts(demo.vf0).deviceID == 0x0A02)
        #expect(try host.facts(demo.vf0).physicalFunction == demo.accelerator)
    }

    @Test func `a device without TDISP has neither the bit nor a DSM`() throws {
        let facts = try host.facts(demo.network)
        #expect(!facts.teeIO)
        #expect(facts.dsm == nil)
        #expect(try DOECapability.all(in: host.space(demo.network)).isEmpty)
    }

    @Test func `a device that is gone reads as ones`() throws {
        host.happen(.deviceGone(demo.nvme))
        #expect(try host.space(demo.nvme).isAbsent)
        #expect(try !host.facts(demo.nvme).present)
    }

    @Test func `a connection shows in the stream registers of the device`() throws {
        #expect(host.attach(demo.accelerator, to: demo.web1).outcome == .succeeded)
        let ide = try #require(try IDECapability(in: host.space(demo.accelerator)))
        let block = try #require(ide.selectiveStreams.first)
        #expect(block.control.isEnabled)
        #expect(block.control.isDefault)
        #expect(block.status.state == .secure)
        #expect(block.requesters.contains(try address("0000:3a:01.0").requesterID))
    }

    @Test func `a topology that cannot be laid out is refused`() throws {
        var topology = try Topology.demo()
        topology.devices[0].memoryRanges[0].size = 3
        #expect(throws: TopologyError.self) { try TestHost(topology) }
    }

    @Test func `a device under no bridge is refused`() throws {
        var topology = try Topology.demo()
        topology.bridges = []
        #expect(throws: TopologyError.self) { try TestHost(topology) }
    }
}
