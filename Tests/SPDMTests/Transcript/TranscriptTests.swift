import SPDM
import Testing

@Suite struct `SPDM session transcript` {
    private static func bytes(_ part: SessionTranscript.Part) -> [UInt8] { [UInt8(part.rawValue)] }

    /// A transcript in which every part but those left out is one byte, its number.
    private static func transcript(without missing: Set<SessionTranscript.Part> = []) -> SessionTranscript {
        var transcript = SessionTranscript(connection: [0])
        for part in SessionTranscript.Part.allCases.dropFirst() where !missing.contains(part) {
            let bytes = Self.bytes(part)
            transcript.append(part, bytes.span)
        }
        return transcript
    }

    @Test(
        arguments: [
            (.exchangeSignature, 0...4), (.th1, 0...5), (.finishSignature, 0...9), (.requesterVerifyData, 0...10),
            (.responderVerifyData, 0...12), (.th2, 0...13),
        ] as [(SessionTranscript.Input, ClosedRange<UInt8>)])
    func `each input is the parts up to its last`(input: SessionTranscript.Input, parts: ClosedRange<UInt8>) {
        #expect(Array(Self.transcript().input(input)) == Array(parts))
    }

    @Test func `what a session does not have is left out of every input`() {
        let transcript = Self.transcript(without: [
            .responderDigests, .exchangeSignature, .exchangeVerifyData, .requesterDigests, .requesterChainHash,
            .finishSignature, .finishResponseVerifyData,
        ])
        #expect(Array(transcript.input(.exchangeSignature)) == [0, 2, 3, 4])
        #expect(Array(transcript.input(.th1)) == [0, 2, 3, 4])
        #expect(Array(transcript.input(.finishSignature)) == [0, 2, 3, 4, 9])
        #expect(Array(transcript.input(.requesterVerifyData)) == [0, 2, 3, 4, 9])
        #expect(Array(transcript.input(.responderVerifyData)) == [0, 2, 3, 4, 9, 11, 12])
        #expect(Array(transcript.input(.th2)) == [0, 2, 3, 4, 9, 11, 12])
    }

    @Test func `an input ends where the transcript does while later parts are missing`() {
        var transcript = SessionTranscript(connection: [1, 2])
        let request: [UInt8] = [3]
        transcript.append(.exchangeRequest, request.span)
        for input in SessionTranscript.Input.allCases { #expect(Array(transcript.input(input)) == [1, 2, 3]) }
    }

    @Test func `messages are cut where their signature and verify data start`() {
        var transcript = SessionTranscript(connection: [])
        let response: [UInt8] = [1, 2, 3, 0x51, 0x52, 0xA1]
        transcript.appendExchangeResponse(response.span, signatureSize: 2, verifyDataSize: 1)
        let finish: [UInt8] = [4, 0x53, 0xA2]
        transcript.appendFinish(finish.span, signatureSize: 1, verifyDataSize: 1)
        let finishResponse: [UInt8] = [5, 0xA3]
        transcript.appendFinishResponse(finishResponse.span, verifyDataSize: 1)
        #expect(Array(transcript.input(.exchangeSignature)) == [1, 2, 3])
        #expect(Array(transcript.input(.th1)) == [1, 2, 3, 0x51, 0x52])
        #expect(Array(transcript.input(.finishSignature)) == response + [4])
        #expect(Array(transcript.input(.requesterVerifyData)) == response + [4, 0x53])
        #expect(Array(transcript.input(.responderVerifyData)) == response + finish + [5])
        #expect(Array(transcript.input(.th2)) == response + finish + finishResponse)
    }

    @Test func `a message shorter than what is cut from it ends the session's proof, not the program`() {
        var transcript = SessionTranscript(connection: [])
        let short: [UInt8] = [1]
        transcript.appendExchangeResponse(short.span, signatureSize: 96, verifyDataSize: 48)
        transcript.appendFinish(short.span, signatureSize: 96, verifyDataSize: 48)
        transcript.appendFinishResponse(short.span, verifyDataSize: 48)
        #expect(transcript.input(.exchangeSignature).isEmpty)
        #expect(transcript.bytes == [1, 1, 1])
    }

    @Test func `transcripts are equal when bytes and cuts are`() {
        #expect(Self.transcript() == Self.transcript())
        var left = SessionTranscript(connection: [1])
        var right = left
        let byte: [UInt8] = [2]
        left.append(.finishRequest, byte.span)
        right.append(.finishResponse, byte.span)
        #expect(left.bytes == right.bytes)
        #expect(left != right)
    }
}

@Suite struct `SPDM connection transcript` {
    private static func transcript() -> ConnectionTranscript {
        var transcript = ConnectionTranscript()
        let (connection, authentication, measurements): ([UInt8], [UInt8], [UInt8]) = ([1], [2], [3])
        transcript.appendConnection(connection.span)
        transcript.appendAuthentication(authentication.span)
        transcript.appendMeasurements(measurements.span)
        return transcript
    }

    @Test func `M1 is VCA and what authenticates`() { #expect(Self.transcript().m1 == [1, 2]) }

    @Test(arguments: [(.v1_0, [3]), (.v1_1, [3]), (.v1_2, [1, 3]), (.v1_3, [1, 3])] as [(SPDMVersion, [UInt8])])
    func `L1 has VCA from SPDM 1_2 on`(version: SPDMVersion, expected: [UInt8]) {
        #expect(Self.transcript().l1(version) == expected)
    }

    @Test func `a reset forgets one and keeps the other`() {
        var transcript = Self.transcript()
        transcript.resetMeasurements()
        #expect(transcript.l1(.v1_2) == [1])
        #expect(transcript.m1 == [1, 2])
        transcript.resetAuthentication()
        #expect(transcript.m1 == [1])
    }
}

@Suite struct `SPDM signing context` {
    @Test func `the prefix is the version four times and the purpose at the end of 100 bytes`() {
        let prefix = SigningContext.finish.prefix(.v1_2)
        let version = "dmtf-spdm-v1.2.*"
        let expected = Array((version + version + version + version).utf8) + [UInt8](repeating: 0, count: 12)
        #expect(prefix == expected + Array("requester-finish signing".utf8))
    }

    @Test(arguments: SigningContext.allCases) func `every prefix has 100 bytes`(context: SigningContext) {
        #expect(context.prefix(.v1_3).count == 100)
        #expect(context.prefix(.v1_3)[13] == UInt8(ascii: "3"))
    }

    @Test func `the hash alone is signed before SPDM 1_2`() {
        #expect(SigningContext.keyExchange.input(hash: [1, 2], version: .v1_1) == .digest([1, 2]))
        let prefix = SigningContext.keyExchange.prefix(.v1_2)
        #expect(SigningContext.keyExchange.input(hash: [1, 2], version: .v1_2) == .message(prefix + [1, 2]))
    }
}
