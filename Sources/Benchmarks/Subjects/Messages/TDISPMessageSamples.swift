import PCIe
import TDISP

extension MessageSample {
    /// Every message of TDISP and IDE_KM.
    static var tdisp: [MessageSample] { requests.map(MessageSample.init) + responses.map(MessageSample.init) + ideKM }

    private static let interfaceID = InterfaceID(requesterID: RequesterID(rawValue: 0x3B01))
    private static let nonce = StartNonce(InlineArray<32, UInt8> { UInt8($0) })
    private static let vendor = VendorDefinedMessage(pciVendor: 0x1AF4, data: [UInt8](repeating: 0xA5, count: 32))
    private static let stream = StreamID(rawValue: 3)

    private static let requests: [(String, TDISPRequest)] = [
        ("GET_TDISP_VERSION", .getVersion),
        ("GET_TDISP_CAPABILITIES", .getCapabilities),
        (
            "LOCK_INTERFACE",
            .lockInterface(
                LockInterfaceRequest(
                    flags: [.noFirmwareUpdate, .lockMSIX], defaultStream: stream, mmioReportingOffset: -0x1000,
                    p2pAddressMask: 0x1122_3344_5566_7788))
        ),
        ("GET_DEVICE_INTERFACE_REPORT", .getInterfaceReport(InterfaceReportQuery(offset: 0x140, length: 0x400))),
        ("GET_DEVICE_INTERFACE_STATE", .getInterfaceState),
        ("START_INTERFACE", .startInterface(nonce)),
        ("STOP_INTERFACE", .stopInterface),
        ("BIND_P2P_STREAM", .bindP2PStream(stream)),
        ("UNBIND_P2P_STREAM", .unbindP2PStream(stream)),
        (
            "SET_MMIO_ATTRIBUTE",
            .setMMIOAttribute(SetMMIOAttributeRequest(firstPage: 1 << 35, pageCount: 2, nonTEEMemory: true, rangeID: 5))
        ),
        ("VDM request", .vendorDefined(vendor)),
    ]

    private static let responses: [(String, TDISPResponse)] = [
        ("TDISP_VERSION", .version([.v1_0])),
        (
            "TDISP_CAPABILITIES",
            .capabilities(
                TDISPCapabilities(
                    requests: .mandatory, lockFlags: [.noFirmwareUpdate], addressWidth: 52, outstandingPerInterface: 1,
                    outstandingPerDevice: 4))
        ),
        ("LOCK_INTERFACE_RESPONSE", .lockInterface(nonce)),
        (
            "DEVICE_INTERFACE_REPORT",
            .interfaceReport(InterfaceReportPortion(bytes: [UInt8](repeating: 7, count: 256), remainder: 0))
        ),
        ("DEVICE_INTERFACE_STATE", .interfaceState(.run)),
        ("START_INTERFACE_RESPONSE", .startInterface),
        ("STOP_INTERFACE_RESPONSE", .stopInterface),
        ("BIND_P2P_STREAM_RESPONSE", .bindP2PStream),
        ("UNBIND_P2P_STREAM_RESPONSE", .unbindP2PStream),
        ("SET_MMIO_ATTRIBUTE_RESPONSE", .setMMIOAttribute),
        ("VDM response", .vendorDefined(vendor)),
        ("TDISP_ERROR", .error(.invalidNonce)),
        ("TDISP_ERROR, vendor", .error(TDISPErrorMessage(vendor: vendor))),
    ]

    private init(_ name: String, _ request: TDISPRequest) {
        let fixed: Bool
        if case .vendorDefined = request { fixed = false } else { fixed = true }
        self.init(
            name: name, bytes: request.encoded(to: Self.interfaceID), isFixedSize: fixed,
            decode: { bytes, times in for _ in 0..<times { blackHole(try TDISPRequest.decode(bytes.span)) } },
            encode: { times in repeated(times) { request.encoded(to: Self.interfaceID) } })
    }

    private init(_ name: String, _ response: TDISPResponse) {
        let fixed: Bool
        switch response {
        case .version, .interfaceReport, .vendorDefined, .unknown: fixed = false
        case .error(let error): fixed = error.vendor == nil
        case .capabilities, .lockInterface, .interfaceState, .startInterface, .stopInterface, .bindP2PStream,
            .unbindP2PStream, .setMMIOAttribute:
            fixed = true
        }
        self.init(
            name: name, bytes: response.encoded(from: Self.interfaceID), isFixedSize: fixed,
            decode: { bytes, times in for _ in 0..<times { blackHole(try TDISPResponse.decode(bytes.span)) } },
            encode: { times in repeated(times) { response.encoded(from: Self.interfaceID) } })
    }

    // MARK: IDE_KM

    private static let slot = IDEKM.KeySubStream(rawValue: 0x20)
    private static let control = IDEKM.KeySetControl(streamID: stream, keySubStream: slot, portIndex: 0)
    private static let program = IDEKM.KeyProgram(streamID: stream, keySubStream: slot, portIndex: 0)

    private static var ideKM: [MessageSample] {
        [
            request("QUERY") { IDEKM.Query(portIndex: 0).encoded() },
            response(
                "QUERY_RESP",
                .queryResponse(
                    IDEKM.QueryResponse(
                        portIndex: 0, requesterID: RequesterID(rawValue: 0x3B00), segment: 0, maxPortIndex: 0,
                        registers: [UInt32](repeating: 1, count: 8))),
                isFixedSize: false),
            request("KEY_PROG") { program.encoded(with: IDEKey(aesOrder: InlineArray<32, UInt8> { UInt8($0) })) },
            response("KP_ACK", .keyProgramAck(IDEKM.KeyProgramAck(to: program, .success)), isFixedSize: true),
            request("K_SET_GO") { control.encodedAsGo() },
            request("K_SET_STOP") { control.encodedAsStop() },
            response("K_GOSTOP_ACK", .goStopAck(control), isFixedSize: true),
        ]
    }

    private static func request(_ name: String, _ encode: @escaping () -> [UInt8]) -> MessageSample {
        MessageSample(
            name: name, bytes: encode(), isFixedSize: true,
            decode: { bytes, times in
                for _ in 0..<times { blackHole(try IDEKM.ReceivedRequest(decoding: bytes.span)) }
            },
            encode: { times in repeated(times, encode) })
    }

    private static func response(_ name: String, _ response: IDEKM.Response, isFixedSize: Bool) -> MessageSample {
        MessageSample(
            name: name, bytes: response.encoded(), isFixedSize: isFixedSize,
            decode: { bytes, times in for _ in 0..<times { blackHole(try IDEKM.Response(decoding: bytes.span)) } },
            encode: { times in repeated(times) { response.encoded() } })
    }
}
