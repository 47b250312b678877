import PCIe
import SPDM
import TDISP
import Testing

/// Both machines through bytes, over a link that loses, repeats, delays and reorders, with a device that is busy and
/// breaks.
@Suite struct `TDI requester against the DSM` {
    private static let operations: [TDIRequester.Operation] = [
        .negotiate, .lock(TDIFixture.lockRequest), .fetchReport, .start, .stop, .revoke, .queryState,
        .adjust(TDIFixture.bind2), .adjust(.unbind(StreamID(rawValue: 2))),
    ]

    @Test func `over a good link a whole life goes well`() {
        let link = UnreliableLink(seed: 0, faults: .none)
        let life: [(TDIRequester.Operation, TDIRequester.Result)] = [
            (.negotiate, .negotiated(ModelDevice.capabilities)),
            (.queryState, .state(.configUnlocked)),
            (.lock(TDIFixture.lockRequest), .locked),
            (.fetchReport, .report(TDIFixture.report.encoded())),
            (.start, .running),
            (.adjust(TDIFixture.bind2), .adjusted),
            (.fetchReport, .report(TDIFixture.report.encoded())),
            (.stop, .stopped(from: .run)),
            (.lock(TDIFixture.lockRequest), .locked),
            (.revoke, .stopped(from: nil)),
            (.start, .failed(.wrongState(.configUnlocked, expected: .configLocked), .stopped)),
        ]
        for (operation, result) in life {
            #expect(link.carryOut(operation) == result, "\(operation)")
        }
    }

    @Test(arguments: 1...150 as ClosedRange<UInt64>)
    func `whatever is lost, repeated or reordered in an operation, what it claims is true`(_ seed: UInt64) throws {
        let link = UnreliableLink(seed: seed, faults: .withinOperation)
        #expect(link.carryOut(.negotiate, until: { link.requester.negotiated != nil }) != nil, "seed \(seed)")
        for _ in 0..<60 {
            let operation = try #require(Self.operations.randomElement(using: &link.random))
            let result = try #require(link.carryOut(operation), "seed \(seed): \(operation) did not end")
            let state = try #require(link.device.dsm.interface(TDIFixture.requesterID)).tdi.state
            switch result {
            case .locked: #expect(state == .configLocked, "seed \(seed)")
            case .running: #expect(state == .run, "seed \(seed)")
            case .stopped, .failed(_, .stopped): #expect(state == .configUnlocked, "seed \(seed)")
            case .state(let claimed): #expect(state == claimed, "seed \(seed)")
            case .refused(_, let claimed): #expect(claimed == nil || claimed == state, "seed \(seed)")
            case .report(let bytes): #expect(bytes == TDIFixture.report.encoded(), "seed \(seed)")
            // A late answer may make it seem worse than it is, never better.
            case .failed(_, .notStopped(let claimed)): #expect(claimed != .configUnlocked, "seed \(seed)")
            case .negotiated, .adjusted, .failed(_, .untouched), .outcomeUnknown: break
            }
        }
    }

    @Test func `over those links every kind of ending is met`() {
        var met: Set<String> = []
        for seed in 1...150 as ClosedRange<UInt64> {
            let link = UnreliableLink(seed: seed, faults: .withinOperation)
            for _ in 0..<60 {
                guard let operation = Self.operations.randomElement(using: &link.random),
                    let result = link.carryOut(operation)
                else { continue }
                met.insert(Self.name(result))
            }
        }
        #expect(
            met == [
                "negotiated", "locked", "running", "report", "stopped", "state", "adjusted", "refused", "untouched",
                "failed and stopped", "outcome unknown", "not stopped",
            ])
    }

    private static func name(_ result: TDIRequester.Result) -> String {
        switch result {
        case .negotiated: "negotiated"
        case .locked: "locked"
        case .running: "running"
        case .report: "report"
        case .stopped: "stopped"
        case .state: "state"
        case .adjusted: "adjusted"
        case .refused: "refused"
        case .failed(_, .untouched): "untouched"
        case .failed(_, .stopped): "failed and stopped"
        case .failed(_, .notStopped): "not stopped"
        case .outcomeUnknown: "outcome unknown"
        }
    }

    /// A secured session never delivers across operations what this link does: nothing can be claimed about the state
    /// then, but each operation ends, and the device enters RUN only with a nonce it was shown.
    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `even when messages of old operations turn up, every operation ends and no START counts twice`(
        _ seed: UInt64
    ) throws {
        let link = UnreliableLink(seed: seed, faults: .acrossOperations)
        for _ in 0..<60 {
            let operation = try #require(Self.operations.randomElement(using: &link.random))
            #expect(link.carryOut(operation) != nil, "seed \(seed): \(operation) did not end")
            #expect(link.device.startCount <= link.distinctNoncesSent, "seed \(seed)")
        }
    }
}

/// Carries the requester's messages to the device and back, and does to them what a seed says.
final class UnreliableLink {
    enum Faults {
        case none
        /// What is delayed is dropped when an operation ends.
        case withinOperation
        /// What is delayed, requests too, may turn up in a later operation.
        case acrossOperations
    }

    let device = ModelDevice()
    private(set) var requester = TDIRequester(interfaceID: TDIFixture.interfaceID)
    var random: SeededGenerator
    private let faults: Faults
    private var nonce: StartNonce?
    private var noncesSent: [StartNonce] = []
    private var lateResponses: [[UInt8]] = []
    private var lateRequests: [[UInt8]] = []

    init(seed: UInt64, faults: Faults) {
        random = SeededGenerator(seed: seed)
        self.faults = faults
    }

    /// How many different nonces were shown to the device.
    var distinctNoncesSent: Int { noncesSent.enumerated().count { !noncesSent.prefix($0).contains($1) } }

    /// Repeats an operation until a condition holds; nil if it never does.
    func carryOut(_ operation: TDIRequester.Operation, until isDone: () -> Bool) -> TDIRequester.Result? {
        for _ in 0..<100 {
            let result = carryOut(operation)
            if isDone() { return result }
        }
        return nil
    }

    /// Carries out one operation; nil when it does not end.
    func carryOut(_ operation: TDIRequester.Operation) -> TDIRequester.Result? {
        if faults == .withinOperation { lateResponses = [] }
        var event = TDIRequester.Event.begin(operation)
        for _ in 0..<400 {
            let transition = TDIRequester.step(requester, event)
            requester = transition.next
            switch transition.effect {
            case .none:
                Issue.record("nothing to do in the middle of \(operation)")
                return nil
            case .send(let bytes): event = exchange(bytes)
            case .storeNonce(let new, let bytes):
                nonce = new
                event = exchange(bytes)
            case .provideNonce:
                event = nonce.map(TDIRequester.Event.nonce) ?? .nonceMissing
                if let nonce { noncesSent.append(nonce) }
            case .wait: event = .waited
            case .finish(let result):
                if !result.keepsNonce { nonce = nil }
                return result
            }
        }
        return nil
    }

    private func exchange(_ request: [UInt8]) -> TDIRequester.Event {
        guard faults != .none else { return device.receive(request).map(TDIRequester.Event.received) ?? .timedOut }
        disturb()
        if random.chance(12) {
            return .received(TDISPResponse.error(.busy).encoded(from: TDIFixture.interfaceID))
        }
        if random.chance(4) {
            if faults == .acrossOperations { lateRequests.append(request) }
            return .timedOut
        }
        let response = device.receive(request) ?? []
        if random.chance(8) { lateResponses.append(device.receive(request) ?? []) }
        if random.chance(4) {
            lateResponses.append(response)
            return .timedOut
        }
        if random.chance(4) { return .timedOut }
        if random.chance(8) { lateResponses.append(response) }
        guard !lateResponses.isEmpty, random.chance(15) else { return .received(response) }
        lateResponses.append(response)
        return .received(lateResponses.remove(at: Int.random(in: lateResponses.indices, using: &random)))
    }

    /// Things that happen to the device, and requests that arrive late.
    private func disturb() {
        device.faults = random.chance(6) ? [ModelDevice.Fault.allCases.randomElement(using: &random) ?? .stop] : []
        if random.chance(2) { device.happens(.deviceIncident(.linkDown)) }
        if !lateRequests.isEmpty, random.chance(20) {
            _ = device.receive(lateRequests.remove(at: Int.random(in: lateRequests.indices, using: &random)))
        }
    }
}
