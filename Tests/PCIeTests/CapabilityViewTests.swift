import PCIe
import Testing

@Suite struct `Typed capabilities` {
    @Test func `PCI Express capability of an endpoint`() throws {
        // Version 2 endpoint; FLR and TEE-IO, 2 phantom function bits; Extended Tag, No Snoop; 10-bit tags.
        let space = ConfigurationSpace(registers: [
            0x04: 0x0010_0000, 0x34: 0x40, 0x40: 0x0002_0010, 0x44: 0x5000_0030, 0x48: 0x000F_2910, 0x68: 0x1000,
        ])
        let express = try #require(try ExpressCapability(in: space))
        #expect(express.offset == 0x40)
        #expect(express.version == 2)
        #expect(express.portType == .endpoint)
        #expect(express.deviceCapabilities == [.extendedTag, .functionLevelReset, .teeIO, .init(rawValue: 0x10)])
        #expect(express.deviceCapabilities.phantomFunctionBits == 2)
        #expect(express.deviceControl.contains([.extendedTag, .noSnoop]))
        #expect(!express.deviceControl.contains(.phantomFunctions))
        #expect(express.isTenBitTagRequester)
        let write = express.setting([.initiateFunctionLevelReset])
        #expect(write == (try ConfigurationWrite(offset: 0x48, width: .word, value: 0x8000)))
    }

    @Test func `PCI Express capability version 1 is short`() throws {
        let space = ConfigurationSpace(registers: [0x04: 0x0010_0000, 0x34: 0xF0, 0xF0: 0x0091_0010, 0xF4: 1 << 28])
        let express = try #require(try ExpressCapability(in: space))
        #expect(express.portType == .integratedEndpoint)
        #expect(!express.isTenBitTagRequester)
    }

    @Test(arguments: [(0xF8, 0x0001_0010, 0x0C), (0xC8, 0x0002_0010, 0x3C)] as [(Int, UInt32, Int)])
    func `PCI Express capability that does not fit is an error`(offset: Int, flags: UInt32, size: Int) {
        var space = ConfigurationSpace(registers: [0x04: 0x0010_0000, 0x34: UInt32(offset)])
        space.store(flags, at: offset)
        #expect(throws: ConfigurationSpaceError.truncated(offset: offset, size: size)) {
            try ExpressCapability(in: space)
        }
    }

    @Test func `MSI-X capability`() throws {
        // 64 vectors, enabled, all masked; table at 0x2000 of BAR 4, pending bits at 0x3000 of BAR 2.
        let space = ConfigurationSpace(registers: [
            0x04: 0x0010_0000, 0x34: 0x70, 0x70: 0xC03F_0011, 0x74: 0x2004, 0x78: 0x3002,
        ])
        let msiX = try #require(try MSIXCapability(in: space))
        #expect(msiX.tableSize == 64)
        #expect(msiX.isEnabled)
        #expect(msiX.isMasked)
        #expect(msiX.table == .init(baseAddressRegister: 4, offset: 0x2000))
        #expect(msiX.pendingBits == .init(baseAddressRegister: 2, offset: 0x3000))
    }

    @Test func `MSI-X capability that does not fit is an error`() {
        let space = ConfigurationSpace(registers: [0x04: 0x0010_0000, 0x34: 0xF8, 0xF8: 0x11])
        #expect(throws: ConfigurationSpaceError.truncated(offset: 0xF8, size: 12)) { try MSIXCapability(in: space) }
    }

    private var virtualization: ConfigurationSpace {
        // VF Enable, VF MSE; 16 of 32 VFs; first offset 0x100, stride 2; 64-bit VF BAR 0.
        ConfigurationSpace(registers: [
            0x100: 0x0001_0010, 0x108: 0x0000_0009, 0x10C: 0x0020_0020, 0x110: 0x0000_0010, 0x114: 0x0002_0100,
            0x118: 0x1889_0000, 0x11C: 0x0000_0553, 0x120: 0x0000_0001, 0x124: 0x1000_000C, 0x128: 0x0000_0030,
        ])
    }

    @Test func `SR-IOV capability`() throws {
        let sriov = try #require(try SRIOVCapability(in: virtualization))
        #expect(sriov.control == [.vfEnable, .vfMemorySpace])
        #expect(sriov.initialVFs == 32)
        #expect(sriov.totalVFs == 32)
        #expect(sriov.numberOfVFs == 16)
        #expect(sriov.enabledVFs == 16)
        #expect(sriov.vfDeviceID == 0x1889)
        #expect(sriov.supportedPageSizes == 0x553)
        #expect(sriov.systemPageSize == 1)
        let answers = ConfigurationSpace(registers: [0x124: 0xFFFE_000C, 0x128: 0xFFFF_FFFF])
        let bars = try sriov.baseAddressRegisters(in: virtualization, sizing: answers)
        #expect(bars.map(\.address) == [0x30_1000_0000])
        #expect(bars.map(\.size) == [0x2_0000])
        #expect(sriov.settingNumberOfVFs(8) == (try ConfigurationWrite(offset: 0x110, width: .word, value: 8)))
        #expect(sriov.setting([]) == (try ConfigurationWrite(offset: 0x108, width: .word, value: 0)))
    }

    @Test func `requester IDs of VFs run on from the PF and may cross a bus`() throws {
        let sriov = try #require(try SRIOVCapability(in: virtualization))
        let physicalFunction = RequesterID(bus: 0x3B, device: 0, function: 1)
        #expect(sriov.requesterID(ofVF: 0, of: physicalFunction) == RequesterID(bus: 0x3C, device: 0, function: 1))
        #expect(sriov.requesterID(ofVF: 15, of: physicalFunction) == RequesterID(bus: 0x3C, device: 3, function: 7))
        #expect(sriov.requesterID(ofVF: 16, of: physicalFunction) == nil)
        #expect(sriov.requesterID(ofVF: -1, of: physicalFunction) == nil)
        #expect(sriov.requesterID(ofVF: 0, of: RequesterID(bus: 0xFF, device: 0, function: 0)) == nil)
    }

    @Test func `VFs that are not enabled do not exist`() throws {
        var space = virtualization
        space.store(UInt16(0), at: 0x108)
        #expect(try SRIOVCapability(in: space)?.enabledVFs == 0)
    }

    @Test func `SR-IOV capability that does not fit is an error`() {
        let space = ConfigurationSpace(registers: [0x100: 0xFD01_0001, 0xFD0: 0x0001_0010])
        #expect(throws: ConfigurationSpaceError.truncated(offset: 0xFD0, size: 0x40)) { try SRIOVCapability(in: space) }
    }

    @Test func `every DOE mailbox is found`() throws {
        let space = ConfigurationSpace(registers: [
            0x100: 0x1202_002E, 0x104: 0x0000_000B, 0x108: 0x8000_0002, 0x10C: 0x8000_0001,
            0x120: 0x0001_002E, 0x12C: 0x0000_0004,
        ])
        let mailboxes = try DOECapability.all(in: space)
        #expect(mailboxes.map(\.offset) == [0x100, 0x120])
        #expect(mailboxes.map(\.version) == [2, 1])
        #expect(mailboxes.map(\.interruptMessage) == [5, nil])
        #expect(mailboxes.map(\.control) == [[.go, .interruptEnable], []])
        #expect(mailboxes.map(\.status) == [[.dataObjectReady, .busy], [.error]])
        #expect(mailboxes[1].controlOffset == 0x128)
        #expect(mailboxes[1].statusOffset == 0x12C)
        #expect(mailboxes[1].writeMailboxOffset == 0x130)
        #expect(mailboxes[1].readMailboxOffset == 0x134)
    }

    @Test func `functions without the capabilities have none`() throws {
        let space = ConfigurationSpace()
        #expect(try ExpressCapability(in: space) == nil)
        #expect(try MSIXCapability(in: space) == nil)
        #expect(try SRIOVCapability(in: space) == nil)
        #expect(try DOECapability.all(in: space).isEmpty)
        #expect(try IDECapability(in: space) == nil)
    }
}
