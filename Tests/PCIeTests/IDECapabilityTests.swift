import PCIe
import Testing

@Suite struct `IDE capability` {
    /// One link stream; selective stream 7 with one address association; a second selective block, unused, TC 3.
    private let space = ConfigurationSpace(registers: [
        0x100: 0x0001_0030, 0x104: 0x0101_0043, 0x108: 0x0000_0004,
        0x10C: 0x0500_0001, 0x110: 0x0000_0002,
        0x114: 0x0000_0001, 0x118: 0x07C0_0001, 0x11C: 0x8000_0002, 0x120: 0x003B_0F00, 0x124: 0x013B_0001,
        0x128: 0x8FF8_0001, 0x12C: 0x0000_0021, 0x130: 0x0000_0020,
        0x134: 0x0000_0000, 0x138: 0x0018_0000, 0x13C: 0x0000_0000, 0x140: 0x0000_0000, 0x144: 0x0000_0000,
    ])

    @Test func `features`() throws {
        let ide = try #require(try IDECapability(in: space))
        #expect(ide.offset == 0x100)
        #expect(ide.features.isLinkIDESupported)
        #expect(ide.features.isSelectiveIDESupported)
        #expect(ide.features.isKeyManagementSupported)
        #expect(ide.features.isTEELimitedStreamSupported)
        #expect(!ide.features.isFlowThroughSupported)
        #expect(!ide.features.areConfigurationRequestsSupported)
        #expect(ide.isFlowThroughEnabled)
        #expect(IDEFeatures(linkStreamCount: 1, selectiveStreamCount: 2).rawValue == 0x0101_0043)
        #expect(IDEFeatures(linkStreamCount: 0, selectiveStreamCount: 0).linkStreamCount == 0)
        #expect(IDEFeatures(linkStreamCount: 8, selectiveStreamCount: 256).selectiveStreamCount == 256)
        #expect(IDEFeatures(linkStreamCount: 8, selectiveStreamCount: 256).linkStreamCount == 8)
    }

    @Test func `link stream`() throws {
        let link = try #require(try IDECapability(in: space)?.linkStreams.first)
        #expect(link.offset == 0x10C)
        #expect(link.control.isEnabled)
        #expect(link.control.streamID == StreamID(rawValue: 5))
        #expect(link.status.state == .secure)
    }

    @Test func `selective streams`() throws {
        let streams = try #require(try IDECapability(in: space)).selectiveStreams
        #expect(streams.map(\.offset) == [0x114, 0x134])
        #expect(streams.map(\.size) == [32, 20])
        #expect(streams.map(\.index) == [0, 1])
        let stream = streams[0]
        #expect(stream.control == StreamControl(streamID: .init(rawValue: 7), isEnabled: true, isTEELimited: true))
        #expect(stream.status.state == .secure)
        #expect(stream.status.integrityCheckFailed)
        #expect(stream.requesters.isValid)
        #expect(stream.requesters.base == RequesterID(bus: 0x3B, device: 0, function: 0))
        #expect(stream.requesters.limit == RequesterID(bus: 0x3B, device: 1, function: 7))
        #expect(stream.requesters.segmentBase == 1)
        #expect(stream.addresses == [AddressAssociation(base: 0x20_8000_0000, limit: 0x21_8FFF_FFFF)])
        #expect(!streams[1].control.isEnabled)
        #expect(streams[1].control.trafficClass == 3)
        #expect(streams[1].status.state == .insecure)
    }

    @Test func `only an enabled stream is found`() throws {
        let ide = try #require(try IDECapability(in: space))
        #expect(ide.enabledStream(StreamID(rawValue: 7))?.index == 0)
        #expect(ide.enabledStream(StreamID(rawValue: 0)) == nil)
    }

    @Test func `what is written is read again`() throws {
        var changed = space
        let block = try #require(try IDECapability(in: space)?.selectiveStreams.first)
        var control = StreamControl(streamID: .init(rawValue: 0xA5), isEnabled: false, isDefault: false)
        control.trafficClass = 5
        control.algorithm = 0x1F
        control.hasPlaintextCRC = true
        control.carriesConfigurationRequests = true
        let requesters = RequesterAssociation(base: .init(rawValue: 0x0123), limit: .init(rawValue: 0xFEDC))
        let addresses = AddressAssociation(base: 0x1_2345_6789, limit: 0x9_ABCD_EF01)
        let writes = block.setting(requesters) + block.setting(addresses, number: 0) + [block.setting(control)]
        for write in writes { changed.apply(write) }
        let read = try #require(try IDECapability(in: changed)?.selectiveStreams.first)
        #expect(read.control == control)
        #expect(read.requesters == requesters)
        #expect(read.addresses == [addresses])
        #expect(changed.uint32(at: 0x118) == 0xA52F_C300)
        #expect(changed.uint32(at: 0x120) == 0x00FE_DC00)
        #expect(changed.uint32(at: 0x124) == 0x0001_2301)
        #expect(changed.uint32(at: 0x128) == 0xABC2_3401)
        #expect(changed.uint32(at: 0x12C) == 9)
        #expect(changed.uint32(at: 0x130) == 1)
    }

    @Test func `the write that makes an association valid comes last`() throws {
        let block = try #require(try IDECapability(in: space)?.selectiveStreams.first)
        let requesters = RequesterAssociation(base: .init(rawValue: 1), limit: .init(rawValue: 2))
        #expect(block.setting(requesters).map(\.offset) == [0x120, 0x124])
        #expect(block.setting(AddressAssociation(base: 0, limit: 0), number: 0).map(\.offset) == [0x12C, 0x130, 0x128])
        #expect(block.setting(AddressAssociation(base: 0, limit: 0), number: 1).isEmpty)
    }

    @Test func `associations hold from base to limit and only while valid`() {
        let requesters = RequesterAssociation(base: .init(rawValue: 0x100), limit: .init(rawValue: 0x1FF))
        #expect(requesters.contains(.init(rawValue: 0x100)))
        #expect(requesters.contains(.init(rawValue: 0x1FF)))
        #expect(!requesters.contains(.init(rawValue: 0xFF)))
        #expect(!requesters.contains(.init(rawValue: 0x200)))
        let addresses = AddressAssociation(base: 0x10_0000, limit: 0x2F_FFFF)
        #expect(addresses.contains(0x10_0000))
        #expect(addresses.contains(0x2F_FFFF))
        #expect(!addresses.contains(0xF_FFFF))
        #expect(!addresses.contains(0x30_0000))
        #expect(!AddressAssociation(isValid: false, base: 0, limit: .max).contains(0))
        #expect(
            !RequesterAssociation(isValid: false, base: .init(rawValue: 0), limit: .init(rawValue: .max))
                .contains(.init(rawValue: 0)))
    }

    @Test func `status round trip`() {
        let status = StreamStatus(state: .secure, integrityCheckFailed: true)
        #expect(status.rawValue == 0x8000_0002)
        #expect(StreamStatus(rawValue: 0xF).state != .secure)
        #expect(!StreamStatus(state: .insecure).integrityCheckFailed)
    }

    @Test(arguments: [0xFFC, 0xFF8, 0xFF4, 0xFD0]) func `blocks that do not fit are an error`(offset: Int) {
        var moved = ConfigurationSpace(registers: [0x100: UInt32(offset) << 20 | 0x0001_0001])
        for register in stride(from: 0, to: 0x48, by: 4) where offset + register < 4096 {
            moved.store(space.uint32(at: 0x100 + register), at: offset + register)
        }
        #expect(throws: ConfigurationSpaceError.self) { try IDECapability(in: moved) }
    }
}
