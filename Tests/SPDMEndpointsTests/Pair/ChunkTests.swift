import SPDM
import SPDMEndpoints
import Testing

@Suite struct `A conversation in chunks` {
    private static let combinations = [
        Combination(group: .ffdhe2048, way: .inTheClear, transferSize: 256),
        Combination(version: .v1_3, group: .ffdhe2048, way: .mutual, transferSize: 256),
    ]

    /// The bits of a byte that nobody reads, in what is around the chunks, which no transcript has: the reserved ones.
    /// Of an ERROR also the version, as an end that has lost what was negotiated says another; its error data, which
    /// LargeResponse has none of; and both again where that ERROR is inside CHUNK_SEND_ACK.
    private static func reserved(_ code: MessageCode, _ byte: Int) -> UInt8 {
        switch (code, byte) {
        case (.chunkSend, 2), (.chunkSend.response, 2), (.chunkGet.response, 2): 0xFE
        case (.chunkSend, 6...7), (.chunkGet.response, 6...7): 0xFF
        case (.chunkGet, 2): 0xFF
        case (.error, 0), (.error, 3), (.chunkSend.response, 6), (.chunkSend.response, 9): 0xFF
        default: 0
        }
    }

    private static let codes: [MessageCode] = [
        .chunkSend, .chunkSend.response, .chunkGet, .chunkGet.response, .error,
    ]

    @Test(arguments: combinations)
    func `has no bit around the chunks but reserved ones that can be changed unnoticed`(
        combination: Combination
    ) throws {
        var tried: Set<MessageCode> = []
        for (place, passage) in try combination.passages().enumerated() where passage.operation < 3 {
            guard let code = passage.code, Self.codes.contains(code) else { continue }
            let isFirst = tried.insert(code).inserted
            // All of the first message of a kind, one bit of the others.
            let whole = Array(0..<min(passage.count, 16))
            for byte in isFirst ? whole : [place % whole.count] {
                for bit in isFirst ? Array(0..<8) : [place % 8] {
                    var ends = try combination.ends()
                    ends.wire = Wire(.flipped(byte: byte, bit: bit), at: place)
                    let course = try ends.converse(combination)
                    guard Self.reserved(code, byte) & 1 << UInt8(bit) == 0 else {
                        #expect(course.failures.isEmpty, "reserved bit \(bit) of \(byte) of \(passage)")
                        continue
                    }
                    expectNoticed(passage, course, ends, "bit \(bit) of byte \(byte) of \(passage)")
                    if bit == 0 { try ends.recover(combination) }
                }
            }
        }
        #expect(tried.isSuperset(of: Self.codes.dropLast()))
    }

    @Test(arguments: combinations)
    func `of which one is lost, repeated or late leaves nothing behind`(combination: Combination) throws {
        for (place, passage) in try combination.passages().enumerated() {
            for disturbance in [Disturbance.lost, .repeated, .delayed] {
                var ends = try combination.ends()
                ends.wire = Wire(disturbance, at: place)
                let course = try ends.converse(combination)
                if disturbance != .repeated {
                    #expect(course.failures[passage.operation]?.reason == .noAnswer, "\(disturbance) \(passage)")
                }
                try ends.recover(combination)
            }
        }
    }
}
