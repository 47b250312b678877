import SPDM
import Testing
import WireBytes

@Suite struct `SPDM opaque data` {
    /// The versions 1.0, 1.1 and 1.2 of secured messages, as a requester offers them.
    private static let element: [UInt8] = [
        0, 0, 9, 0, 1, 1, 3, 0x00, 0x10, 0x00, 0x11, 0x00, 0x12, 0, 0, 0,
    ]
    private static let offered = SecuredMessageVersions.supported([.init(.v1_0), .init(.v1_1), .init(.v1_2)])

    @Test(
        arguments: [
            (.v1_1, [0x46, 0x54, 0x4D, 0x44, 1, 1, 0, 0]), (.v1_2, [1, 0, 0, 0]), (.v1_3, [1, 0, 0, 0]),
        ] as [(SPDMVersion, [UInt8])])
    func `offered versions are written and read byte for byte`(version: SPDMVersion, header: [UInt8]) throws {
        let bytes = header + Self.element
        #expect(OpaqueData([Self.offered.element]).encoded(version: version) == bytes)
        let data = try OpaqueData.decode(bytes[...], version: version)
        #expect(data.elements.count == 1)
        #expect(try SecuredMessageVersions.decode(data.elements[0]) == Self.offered)
    }

    @Test func `the selected version is written and read byte for byte`() throws {
        let bytes: [UInt8] = [1, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0x00, 0x12]
        let selected = SecuredMessageVersions.selected(.init(.v1_2))
        #expect(OpaqueData([selected.element]).encoded(version: .v1_2) == bytes)
        let data = try OpaqueData.decode(bytes[...], version: .v1_2)
        #expect(try SecuredMessageVersions.decode(data.elements[0]) == selected)
    }

    @Test func `elements of vendors stand beside it`() throws {
        let bytes: [UInt8] = [2, 0, 0, 0, 3, 2, 0xAB, 0x1A, 1, 0, 0x77, 0] + Self.element
        let data = try OpaqueData.decode(bytes[...], version: .v1_2)
        #expect(data.elements.count == 2)
        #expect(data.elements[0] == OpaqueElement(registry: 3, vendor: [0xAB, 0x1A], data: [0x77]))
        #expect(try SecuredMessageVersions.decode(data.elements[0]) == nil)
        #expect(data.encoded(version: .v1_2) == bytes)
    }

    @Test func `a slice of a message opens as the message does`() throws {
        let message: [UInt8] = [0xEE, 0xEE, 0xEE, 1, 0, 0, 0] + Self.element
        let data = try OpaqueData.decode(message[3...], version: .v1_2)
        #expect(try SecuredMessageVersions.decode(data.elements[0]) == Self.offered)
    }

    @Test(arguments: 0..<20) func `every truncation is refused`(length: Int) {
        let bytes = ([1, 0, 0, 0] + Self.element).prefix(length)
        #expect { try OpaqueData.decode(bytes, version: .v1_2) } throws: { ($0 as? WireError)?.code == .truncated }
    }

    @Test func `an element that overflows is refused`() {
        for offset in [5, 6] {
            var bytes = [1, 0, 0, 0] + Self.element
            bytes[offset] = 0xFF
            #expect { try OpaqueData.decode(bytes[...], version: .v1_2) } throws: {
                ($0 as? WireError)?.code == .truncated
            }
        }
    }

    @Test func `bytes behind the last element are refused`() {
        let bytes = [1, 0, 0, 0] + Self.element + [0]
        #expect(throws: WireError(.trailingBytes, at: 20, in: "OpaqueData")) {
            try OpaqueData.decode(bytes[...], version: .v1_2)
        }
    }

    @Test(arguments: [(0, "SpecID", 0), (4, "OpaqueVersion", 4)]) func `another format is refused in SPDM 1_1`(
        offset: Int, field: String, at: Int
    ) {
        var bytes = [0x46, 0x54, 0x4D, 0x44, 1, 1, 0, 0] + Self.element
        bytes[offset] ^= 0xFF
        #expect(throws: WireError(.unexpectedType, at: at, in: field)) {
            try OpaqueData.decode(bytes[...], version: .v1_1)
        }
    }

    @Test func `reserved bytes and padding are ignored`() throws {
        var bytes = [1, 0xFF, 0xFF, 0xFF] + Self.element
        bytes[19] = 0xFF
        let data = try OpaqueData.decode(bytes[...], version: .v1_2)
        #expect(try SecuredMessageVersions.decode(data.elements[0]) == Self.offered)
    }

    @Test(arguments: [[2, 1, 0], [1, 2, 0]] as [[UInt8]]) func `another element of the DMTF is passed over`(
        data: [UInt8]
    ) throws {
        #expect(try SecuredMessageVersions.decode(OpaqueElement(data: data[...])) == nil)
    }

    @Test(
        arguments: [
            ([], .truncated), ([1], .truncated), ([1, 0, 0], .truncated), ([1, 1, 2, 0, 0x12], .truncated),
            ([1, 0, 0, 0x12, 0], .trailingBytes), ([1, 1, 1, 0, 0x12, 0], .trailingBytes),
        ] as [([UInt8], WireError.Code)])
    func `an element of another length is refused`(data: [UInt8], code: WireError.Code) {
        #expect { try SecuredMessageVersions.decode(OpaqueElement(data: data[...])) } throws: {
            ($0 as? WireError)?.code == code
        }
    }
}
