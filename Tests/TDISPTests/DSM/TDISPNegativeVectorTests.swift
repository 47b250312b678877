import PCIe
import SPDM
import TDISP
import Testing

/// Requests recorded against a sample device that is looser than the specification, put to ours in the same order.
@Suite struct `TDISP requests put to another implementation` {
    private enum Expected {
        /// As the sample answered.
        case same
        /// As the sample answered, but in our version: the sample repeats the version it refuses.
        case sameInOurVersion
        /// Not as the sample answered.
        case other(TDISPResponse)
    }

    private static let firstNonce = "e0f858d4cf0b59e8dc5e88847f134c95fc7fda9e309962c9c42d75cf8ef125a6"
    private static let secondNonce = "346c80fdcb5b51edcbf47db89da447c63d25719a3d59e644fe4b5045490cde8a"
    private static let thirdNonce = "8536799e29425e040ba7c6b3533d745ea0099d7c7e8c14df0b1c0cb092acf3f7"

    private static let capabilities = TDISPCapabilities(
        lockFlags: [.noFirmwareUpdate, .systemCacheLine128, .lockMSIX], addressWidth: 52, outstandingPerDevice: 1)

    /// What ours answers where it differs, by the number of the recorded request, and why.
    private static func deviations() throws -> [String: Expected] {
        let first = TDIFixture.nonce(of: try #require([UInt8](hex: firstNonce)))
        return [
            "T2": .sameInOurVersion, "T3": .sameInOurVersion,
            // The sample looks at the size of its report before it looks at the state.
            "T6": .other(.error(.invalidInterfaceState)),
            // STOP succeeds in every state.
            "T8": .other(.stopInterface),
            // The sample does not look at the flags: it locks here, so that T13 and T14 differ too.
            "T11": .other(.error(.invalidRequest)),
            "T13": .other(.interfaceState(.configUnlocked)),
            "T14": .other(.lockInterface(first)),
            // The sample gives at most 64 bytes at once.
            "T17": .other(
                .interfaceReport(InterfaceReportPortion(bytes: EmulatedSample.report.encoded(), remainder: 0))),
            // The sample declares no outstanding requests at all and 48 address bits.
            "T25": .other(.capabilities(capabilities)),
            // The sample's GET_TDISP_VERSION resets the interface.
            "T33": .other(.interfaceState(.configLocked)),
        ]
    }

    @Test func `our responder answers each as the specification says`() throws {
        let device = ModelDevice(
            DSM(
                capabilities: Self.capabilities, functionZero: EmulatedSample.requesterID,
                functions: [(FunctionAddress(requesterID: EmulatedSample.requesterID), .physical)]))
        device.report = EmulatedSample.report
        device.context.supportedFlags = Self.capabilities.lockFlags
        device.context.streams[0].id = StreamID(rawValue: 0)
        device.nonces = try [Self.firstNonce, Self.secondNonce, Self.thirdNonce].map { text in
            TDIFixture.nonce(of: try #require([UInt8](hex: text)))
        }
        let exchanges = try Recording("tdisp-negative-v1.2").exchanges
        let deviations = try Self.deviations()
        #expect(exchanges.count == 33)
        for exchange in exchanges {
            let number = String(exchange.title.prefix { $0 != " " })
            let answer = try #require(device.receive(exchange.request), "\(exchange.title)")
            switch deviations[number] ?? .same {
            case .same: #expect(answer.hex == exchange.response.hex, "\(exchange.title)")
            case .sameInOurVersion: #expect(answer == [0x10] + exchange.response.dropFirst(), "\(exchange.title)")
            case .other(let response):
                let expected = response.encoded(from: InterfaceID(requesterID: EmulatedSample.requesterID))
                #expect(answer.hex == expected.hex, "\(exchange.title)")
                #expect(answer != exchange.response, "\(exchange.title) does not differ")
            }
        }
    }

    @Test(arguments: ["1.1", "1.2", "1.3"]) func `a recorded session runs against our responder`(
        _ version: String
    ) throws {
        let device = ModelDevice(
            DSM(
                capabilities: Self.capabilities, functionZero: EmulatedSample.requesterID,
                functions: [(FunctionAddress(requesterID: EmulatedSample.requesterID), .physical)]))
        device.report = EmulatedSample.report
        device.context.streams[0].id = StreamID(rawValue: 0)
        for exchange in try Recording("tdisp-sequence-v\(version)").exchanges {
            if case .lockInterface(let nonce) = try TDISPResponse.decode(exchange.response.span) {
                device.nonces = [nonce]
            }
            let answer = try #require(device.receive(exchange.request))
            if exchange.title == "GET_TDISP_CAPABILITIES" {
                let expected = TDISPResponse.capabilities(Self.capabilities)
                #expect(try TDISPResponse.decode(answer.span) == expected)
            } else {
                #expect(answer.hex == exchange.response.hex, "\(exchange.title)")
            }
        }
    }
}
