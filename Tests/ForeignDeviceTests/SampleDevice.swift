import OpenSSLCrypto
import PCIe
import SPDM
import SPDMTransport
import TDISP
import WireBytes

@testable import ForeignDevice
@testable import SPDMEndpoints

/// A device of another make: real SPDM in front of an IDE port and an interface that are as loose as they are told to be.
actor SampleDevice: DOETransport {
    /// What the device does wrong.
    struct Flaws: OptionSet, Hashable {
        let rawValue: UInt32
        static let otherAddress = Self(rawValue: 1 << 0)
        static let noRegisters = Self(rawValue: 1 << 1)
        static let missingRequests = Self(rawValue: 1 << 2)
        static let inconsistentReport = Self(rawValue: 1 << 3)
        static let plainTDISP = Self(rawValue: 1 << 4)
        static let lockWithoutKeys = Self(rawValue: 1 << 5)
        static let versionEndsLock = Self(rawValue: 1 << 6)
        /// SET_GO is acknowledged for another slot, which nobody should take for an answer.
        static let otherAcknowledgement = Self(rawValue: 1 << 7)
        static let malformedReport = Self(rawValue: 1 << 8)
        /// START leads nowhere.
        static let doesNotStart = Self(rawValue: 1 << 9)
        static let refusesKeys = Self(rawValue: 1 << 10)
        static let onlyDiscovery = Self(rawValue: 1 << 11)
        /// LOCK, START and K_SET_GO are answered by an ERROR of SPDM.
        static let refusesLock = Self(rawValue: 1 << 12)
        static let refusesStart = Self(rawValue: 1 << 13)
        static let refusesGo = Self(rawValue: 1 << 14)
        /// What answers KEY_PROG ends too early.
        static let truncatesKeys = Self(rawValue: 1 << 15)
    }

    private var responder: SPDMResponder
    private let flaws: Flaws
    /// The exchange, from 0, from which on nothing is answered.
    private let silentFrom: Int
    /// Whether what that exchange asks for is done all the same.
    private let actsBeforeSilence: Bool

    private(set) var exchanges = 0
    private(set) var state = TDIState.configUnlocked
    private(set) var keys: Set<UInt8> = []
    private(set) var active: Set<UInt8> = []
    private(set) var requests: [TDISPMessageType] = []
    private(set) var lockedWith: LockInterfaceRequest?
    private var nonce = StartNonce(InlineArray(repeating: 0x5A))

    init(_ settings: ResponderSettings, _ flaws: Flaws = [], silentFrom: Int = .max, actsBeforeSilence: Bool = false) {
        responder = SPDMResponder(settings)
        self.flaws = flaws
        self.silentFrom = silentFrom
        self.actsBeforeSilence = actsBeforeSilence
    }

    var sessionCount: Int { responder.sessions.count }
    /// Whether it has a session, or one whose handshake did not come to its end.
    var holdsSession: Bool { !responder.keys.isEmpty }
    /// Whether somebody would have to undo something.
    var holdsSomething: Bool { state != .configUnlocked || !keys.isEmpty || holdsSession }

    func exchange(_ object: [UInt8]) async throws(TransportError) -> [UInt8] {
        defer { exchanges += 1 }
        guard exchanges <= silentFrom else { throw .overdue(.zero) }
        guard exchanges < silentFrom || actsBeforeSilence else { throw .overdue(.zero) }
        let answer = answer(object)
        guard let answer, exchanges < silentFrom else { throw .overdue(.zero) }
        return answer
    }

    private func answer(_ object: [UInt8]) -> [UInt8]? {
        switch DOERequest(decoding: object.span) {
        case .discovery(let request):
            let types = flaws.contains(.onlyDiscovery) ? [DOEType.discovery, .spdm] : DOEDiscovery.cmaTypes
            return try? DOEDiscovery.Response(to: request, of: types).doeObject()
        case .message(let message): return try? answer(message)?.doeObject()
        case .unsupported, .malformed: return nil
        }
    }

    private func answer(_ message: TransportMessage) -> TransportMessage? {
        var output = responder.receive(message, at: Sample.now)
        if case .vendorRequest(let request, let session) = output {
            output = responder.answer(vendorResponse: vendorAnswer(request, isSecured: session != nil))
        }
        guard case .answer(let answer) = output else { return nil }
        return answer
    }

    private func vendorAnswer(_ request: [UInt8], isSecured: Bool) -> [UInt8] {
        guard let envelope = try? VendorDefined(decoding: request.span),
            isSecured || flaws.contains(.plainTDISP),
            let payload = envelope.protocolID == .tdisp
                ? tdisp(Array(request[envelope.payload])) : ideKM(Array(request[envelope.payload])),
            let answer = try? VendorDefined.encode(
                .response, version: envelope.version, protocolID: envelope.protocolID, payload: payload.span)
        else { return ErrorMessage(version: .v1_3, code: .unexpectedRequest).encoded() }
        return answer
    }

    // MARK: IDE_KM

    private func ideKM(_ bytes: [UInt8]) -> [UInt8]? {
        guard let received = try? IDEKM.ReceivedRequest(decoding: bytes.span) else { return nil }
        switch received.request {
        case .query(let query):
            return IDEKM.QueryResponse(
                portIndex: query.portIndex,
                requesterID: flaws.contains(.otherAddress) ? RequesterID(rawValue: 0) : Sample.port.requesterID,
                segment: 0, maxPortIndex: 7,
                registers: flaws.contains(.noRegisters)
                    ? [0, 0] : [IDEFeatures(linkStreamCount: 0, selectiveStreamCount: 1).rawValue]
            ).encoded()
        case .keyProgram(let program):
            guard !flaws.contains(.refusesKeys) else {
                return IDEKM.KeyProgramAck(to: program, .unsupportedValue).encoded()
            }
            keys.insert(program.keySubStream.rawValue)
            if flaws.contains(.truncatesKeys) { return [IDEKM.KeyProgramAck(to: program, .success).encoded()[0]] }
            return IDEKM.KeyProgramAck(to: program, .success).encoded()
        case .keyProgramOfWrongLength: return nil
        case .keySetGo(var control):
            guard !flaws.contains(.refusesGo) else { return nil }
            active.insert(control.keySubStream.rawValue)
            if flaws.contains(.otherAcknowledgement) { control.portIndex += 1 }
            return control.encodedAsAck()
        case .keySetStop(let control):
            keys.remove(control.keySubStream.rawValue)
            active.remove(control.keySubStream.rawValue)
            return control.encodedAsAck()
        }
    }

    // MARK: TDISP

    private func tdisp(_ bytes: [UInt8]) -> [UInt8]? {
        guard let header = try? TDISPHeader.decode(bytes.span), let request = try? TDISPRequest.decode(bytes.span),
            header.interfaceID == Sample.interfaceID
        else { return nil }
        requests.append(header.type)
        if header.type == .lockInterface, flaws.contains(.refusesLock) { return nil }
        if header.type == .startInterface, flaws.contains(.refusesStart) { return nil }
        return answer(request).encoded(from: header.interfaceID)
    }

    private func answer(_ request: TDISPRequest) -> TDISPResponse {
        switch request {
        case .getVersion:
            if flaws.contains(.versionEndsLock) { state = .configUnlocked }
            return .version([.v1_0])
        case .getCapabilities:
            let requests = flaws.contains(.missingRequests) ? RequestSet(rawValue: 0x7E) : .mandatory
            return .capabilities(
                TDISPCapabilities(
                    requests: requests, lockFlags: .noFirmwareUpdate, addressWidth: 48, outstandingPerDevice: 1))
        case .getInterfaceState: return .interfaceState(state)
        case .lockInterface(let lock):
            guard state == .configUnlocked else { return .error(.invalidInterfaceState) }
            guard active.count == 6 || flaws.contains(.lockWithoutKeys) else { return .error(.invalidRequest) }
            state = .configLocked
            lockedWith = lock
            return .lockInterface(nonce)
        case .getInterfaceReport(let query):
            guard let portion = report.portion(query) else { return .error(.invalidRequest) }
            return .interfaceReport(
                InterfaceReportPortion(
                    bytes: flaws.contains(.malformedReport) ? portion.bytes.map { _ in 0xFF } : portion.bytes,
                    remainder: portion.remainder))
        case .startInterface(let shown):
            guard state == .configLocked, shown == nonce else { return .error(.invalidNonce) }
            if !flaws.contains(.doesNotStart) { state = .run }
            return .startInterface
        case .stopInterface:
            state = .configUnlocked
            return .stopInterface
        case .bindP2PStream, .unbindP2PStream, .setMMIOAttribute, .vendorDefined, .unknown:
            return .error(.unsupportedRequest)
        }
    }

    private var report: InterfaceReport {
        let second: UInt64 = flaws.contains(.inconsistentReport) ? 0x8003 : 0x8004
        return InterfaceReport(
            info: [.noFirmwareUpdate, .dmaWithoutPASID],
            ranges: [
                MMIORange(firstPage: 0x8000, pageCount: 4, id: 0), MMIORange(firstPage: second, pageCount: 4, id: 2),
            ], deviceSpecificInfo: Array("sample".utf8))
    }
}

/// A device and what is known of it.
enum Sample {
    static let now: Int64 = 1_795_000_000
    static let interface = FunctionAddress(requesterID: RequesterID(rawValue: 0xBEEF))
    static let port = FunctionAddress(requesterID: RequesterID(bus: 0xBE, device: 0x1D, function: 0))
    static let interfaceID = InterfaceID(requesterID: interface.requesterID)
    static let pciName = PCIDeviceName(vendor: 0x1234, device: 0x5678, classCode: 0x02_0000, revision: 1)

    private static let authority = IdentityAuthority()
    static let identity = Result {
        try authority.issue(
            DeviceDescription(
                DeviceInfo(manufacturer: "Maker", product: "Product", serialNumber: "SN-1"), pciName: pciName),
            under: "Sample Root")
    }
    static let root = Result { try authority.root("Sample Root") }
    static let otherRoot = Result { try authority.root("Other Root") }

    /// A device with all that a device should have, or with other capabilities or algorithms.
    static func responder(
        _ policy: AlgorithmPolicy = .strict, without flags: CapabilityFlags = []
    ) throws -> ResponderSettings {
        var capabilities = EndpointCapabilities.device
        capabilities.flags.subtract(flags)
        return ResponderSettings(
            profile: ResponderProfile(policy: policy, capabilities: capabilities),
            slots: [ResponderSlot(0, try identity.get())],
            measurements: measurements)
    }

    static let measurements = [
        DeviceMeasurement(index: 1, kind: .firmware, value: .bitStream([1, 2, 3])),
        DeviceMeasurement(index: 2, kind: .hardwareConfiguration, value: .raw([4, 5])),
    ]

    static func settings(
        _ goal: ForeignDeviceSettings.Goal = .convert, allowing allowed: Set<ForeignDeviation> = []
    ) throws -> ForeignDeviceSettings {
        var settings = ForeignDeviceSettings(goal, interface) { now }
        settings.anchor = .roots([try root.get()])
        settings.allowed = allowed
        return settings
    }
}
