import SPDM
import Testing
import WireBytes

@Suite struct `SPDM measurement blocks` {
    private static let record: [UInt8] = [1, 1, 5, 0, 0x01, 2, 0, 0xAA, 0xBB, 0x10, 1, 4, 0, 0x87, 1, 0, 0x07]

    private static func measurements(_ record: [UInt8], count: UInt8 = 2) -> Measurements {
        Measurements(blockCount: count, record: record[...], nonce: MessageSamples.nonce)
    }

    @Test func `blocks are written and read byte for byte`() throws {
        let blocks = [
            MeasurementBlock(index: 1, kind: .firmware, isRaw: false, value: [0xAA, 0xBB]),
            MeasurementBlock(index: 0x10, kind: .securityVersion, isRaw: true, value: [7]),
        ]
        #expect(blocks.flatMap { $0.encoded() } == Self.record)
        #expect(try Self.measurements(Self.record).blocks() == blocks)
    }

    @Test func `blocks of a message that was read are found in it`() throws {
        let bytes = Self.measurements(Self.record).encoded(version: .v1_2)
        let read = try SPDMResponse.decode(
            bytes.span, answering: .getMeasurements(GetMeasurements(index: 0xFF)), sizes: NegotiatedSizes())
        guard case .measurements(let message) = read.response else { return #expect(Bool(false)) }
        #expect(try message.blocks() == Self.measurements(Self.record).blocks())
    }

    @Test(arguments: 0..<17) func `every truncation is refused`(length: Int) {
        #expect { try Self.measurements(Array(Self.record.prefix(length))).blocks() } throws: {
            ($0 as? WireError)?.code == .truncated
        }
    }

    @Test func `bytes behind the last block are refused`() {
        #expect(throws: WireError(.trailingBytes, at: 9, in: "MeasurementRecord")) {
            try Self.measurements(Self.record, count: 1).blocks()
        }
    }

    @Test(
        arguments: [
            (1, 2, WireError(.invalidValue, at: 1, in: "MeasurementSpecification")),
            (2, 6, WireError(.lengthMismatch, at: 2, in: "MeasurementSize")),
            (5, 1, WireError(.lengthMismatch, at: 2, in: "MeasurementSize")),
            (11, 3, WireError(.lengthMismatch, at: 11, in: "MeasurementSize")),
        ] as [(Int, UInt8, WireError)])
    func `a block that contradicts itself is refused`(offset: Int, value: UInt8, error: WireError) {
        var record = Self.record
        record[offset] = value
        #expect(throws: error) { try Self.measurements(record).blocks() }
    }
}

@Suite struct `SPDM certificate chain` {
    private static let chain: [UInt8] = [10, 0, 0, 0, 1, 2, 3, 4, 0x30, 0x00]

    @Test func `a chain is written and read byte for byte`() throws {
        #expect(try SPDMCertificateChain.encode(rootHash: [1, 2, 3, 4], certificates: [0x30, 0x00]) == Self.chain)
        let chain = try SPDMCertificateChain.decode(Self.chain.span, hashSize: 4)
        #expect(chain.rootHash == 4..<8)
        #expect(chain.certificates == 8..<10)
    }

    @Test func `reserved bytes are ignored`() throws {
        var bytes = Self.chain
        bytes[2] = 0xFF
        bytes[3] = 0xFF
        #expect(try SPDMCertificateChain.decode(bytes.span, hashSize: 4).certificates == 8..<10)
    }

    @Test(arguments: 0..<8) func `a chain without room for its hash is refused`(length: Int) {
        let bytes = Self.chain.prefix(length)
        #expect { try SPDMCertificateChain.decode(bytes.span, hashSize: 4) } throws: {
            ($0 as? WireError)?.code == .truncated
        }
    }

    @Test(arguments: [9, 11, 0] as [UInt8]) func `a length that is not the chain's is refused`(length: UInt8) {
        var bytes = Self.chain
        bytes[0] = length
        #expect(throws: WireError(.lengthMismatch, at: 0, in: "Length")) {
            try SPDMCertificateChain.decode(bytes.span, hashSize: 4)
        }
    }

    @Test func `a chain that Length cannot count is refused`() {
        let certificates = [UInt8](repeating: 0, count: 65_535)
        #expect(throws: WireError(.lengthMismatch, at: 0, in: "Length")) {
            try SPDMCertificateChain.encode(rootHash: [1, 2, 3, 4], certificates: certificates)
        }
    }
}
