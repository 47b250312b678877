import Assignment
import Emulator
import PCIe
import TDISP
import Testing

/// Virtual functions come and go with the SR-IOV registers of their physical function.
@Suite struct VirtualFunctionTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
    }

    private func setCount(_ count: UInt16) { host.happen(.virtualFunctions(demo.accelerator, count: count)) }

    private var shown: [FunctionAddress] {
        host.snapshot.functions.map(\.address).filter { $0 == demo.vf0 || $0 == demo.vf1 }
    }

    @Test func `functions that are not enabled are not there`() throws {
        setCount(0)
        #expect(shown.isEmpty)
        #expect(try host.facts(demo.accelerator).enabledVFs == 0)
        #expect(try host.space(demo.vf0).isAbsent)
        #expect(try host.view(demo.vf0).state == nil)
        #expect(try host.view(demo.vf0).driver == nil)
        #expect(try host.routes(demo.vf0).untrusted.isEmpty)
        #expect(host.tryDMA(demo.vf0, .untrusted, at: 0x10_0000) == .stopped(.deviceGone))
    }

    @Test func `functions that are enabled appear with their host driver, each with memory of its own`() throws {
        setCount(0)
        setCount(4)
        let vf3 = try address("0000:3b:00.4")
        #expect(try host.facts(demo.accelerator).enabledVFs == 4)
        #expect(try host.space(vf3).vendorID == 0xFFFF)
        #expect(try host.space(vf3).command == [.memorySpace, .busMaster])
        #expect(try host.view(vf3).driver == "accel")
        #expect(host.tryDMA(vf3, .untrusted, at: 0x10_0000).hasArrived)
        let memory = host.snapshot.functions.filter { $0.physicalFunction == demo.accelerator }.flatMap(\.memory)
        #expect(memory.count == 4)
        #expect(Set(memory.map(\.address)).count == 4)
    }

    @Test func `the count of a topology is that of the start`() throws {
        var topology = try Topology.demo()
        topology.devices[0].virtualFunctions?.enabled = 0
        let host = try TestHost(topology)
        #expect(host.snapshot.function(demo.vf0) == nil)
        host.happen(.virtualFunctions(demo.accelerator, count: 1))
        #expect(host.snapshot.function(demo.vf0) != nil)
        #expect(host.snapshot.function(demo.vf1) == nil)
    }

    @Test func `more than the device can have changes nothing`() throws {
        setCount(5)
        #expect(shown == [demo.vf0, demo.vf1])
    }

    @Test func `a reset of the physical function keeps its virtual ones`() throws {
        host.happen(.functionReset(demo.accelerator))
        host.happen(.conventionalReset(demo.accelerator))
        #expect(shown == [demo.vf0, demo.vf1])
        #expect(try host.facts(demo.accelerator).enabledVFs == 2)
    }

    // MARK: Authentication

    @Test func `functions that appear have their device authenticated anew, others not`() throws {
        host.authenticateNewcomers()
        let before = host.count(.challenge)
        setCount(0)
        host.authenticateNewcomers()
        #expect(host.count(.challenge) == before)
        setCount(2)
        #expect(try host.facts(demo.vf0).authentication == nil)
        host.authenticateNewcomers()
        #expect(host.count(.challenge) == before + 1)
        #expect(try host.facts(demo.vf0).authentication == host.facts(demo.accelerator).authentication)
        guard case .authenticated(serial: "ACC-0001", root: _, isTrusted: _) = try host.facts(demo.vf0).authentication
        else {
            Issue.record("not authenticated")
            return
        }
    }

    @Test func `functions that appear while the device is connected are outside of its stream`() throws {
        setCount(1)
        #expect(host.attach(demo.vf0, to: demo.web1).outcome == .succeeded)
        #expect(try host.facts(demo.vf0).inStream == true)
        setCount(2)
        #expect(try host.facts(demo.vf1).inStream == false)
        #expect(try host.facts(demo.nvme).inStream == nil)
    }

    // MARK: Locked interfaces

    @Test func `a private function that is disabled is gone; enabled again it is in ERROR until it is stopped`() throws
    {
        host.convert(demo.vf0, for: demo.web1)
        _ = host.notices(demo.vf0)
        setCount(0)
        #expect(host.notices(demo.vf0) == [.device(demo.vf0, .deviceGone)])
        #expect(host.tryDMA(demo.vf0, .trusted, at: 1 << 20) == .stopped(.deviceGone))
        #expect(host.perform(.stop, demo.vf0).outcome != .succeeded)
        #expect(host.perform(.reset(.function), demo.vf0).outcome == .failed(.deviceGone))
        setCount(2)
        #expect(try host.view(demo.vf0).state == .error)
        #expect(try host.view(demo.vf0).driver == "vfio-pci")
        #expect(try !host.view(demo.vf0).isBusMaster)
        #expect(!host.tryDMA(demo.vf0, .trusted, at: 1 << 20).hasArrived)
        #expect(host.perform(.stop, demo.vf0).state == .configUnlocked)
    }

    @Test(arguments: [0, 1, 4])
    func `another count takes a locked physical function to ERROR`(count: UInt16) throws {
        host.convert(demo.accelerator, for: demo.web1)
        _ = host.notices(demo.accelerator)
        setCount(count)
        #expect(try host.view(demo.accelerator).state == .error)
        #expect(host.notices(demo.accelerator) == [.device(demo.accelerator, .state(.error))])
    }

    @Test func `a bare write of VF Enable is followed as well`() throws {
        let sriov = try #require(try SRIOVCapability(in: host.space(demo.accelerator)))
        let write = sriov.setting([])
        host.happen(
            .configurationWrite(demo.accelerator, offset: write.offset, width: write.width.rawValue, value: write.value)
        )
        #expect(shown.isEmpty)
    }
}
