import PCIe
import SPDM
import TDISP
import Testing

/// Random events against rules that always hold.
@Suite struct `DSM under random events` {
    private static let requests: [TDISPRequest] = [
        .getVersion, .lockInterface(TDIFixture.lockRequest), .lockInterface(TDIFixture.lockRequest),
        .getInterfaceReport(InterfaceReportQuery(offset: 0, length: 99)), .getInterfaceState,
        .startInterface(TDIFixture.nonce(1)), .startInterface(TDIFixture.nonce(2)), .stopInterface,
        .bindP2PStream(StreamID(rawValue: 2)), .unbindP2PStream(StreamID(rawValue: 2)),
        .setMMIOAttribute(TDIFixture.openPages),
    ]

    private static let incidents: [TDI.Incident] = [
        .functionLevelReset, .streamInsecure(StreamID(rawValue: 2)), .sessionEnded(TDIFixture.sessionA),
        .sessionEnded(TDIFixture.sessionB), .poisonedData, .configurationChanged(.msiX), .linkDown,
    ]

    private func event(_ random: inout SeededGenerator) throws -> DSM.Event {
        let requesterID = try #require(ModelDevice.everyInterface.randomElement(using: &random))
        if random.chance(80) {
            let request = try #require(Self.requests.randomElement(using: &random))
            let session = random.chance(85) ? TDIFixture.sessionA : TDIFixture.sessionB
            return .received(request.encoded(to: InterfaceID(requesterID: requesterID)), over: session)
        }
        let incident = try #require(Self.incidents.randomElement(using: &random))
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .deviceIncident(incident)
        case 1: return .recoverFromError(requesterID)
        case 2: return .conventionalReset
        default: return .incident(incident, on: requesterID)
        }
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `requests in work are bounded and belong to interfaces at work, and all work ends`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let device = ModelDevice(
            capabilities: TDISPCapabilities(
                requests: RequestSet.mandatory.union(DSM.optionalRequests), lockFlags: .all, outstandingPerDevice: 3))
        for _ in 0..<200 {
            device.holds = random.chance(50)
            device.faults = random.chance(5) ? Set(ModelDevice.Fault.allCases.filter { _ in random.chance(30) }) : []
            device.happens(try event(&random))
            let waiting = device.dsm.interfaces.filter { $0.pending != nil }
            #expect(waiting.count <= 3, "seed \(seed)")
            for interface in waiting { #expect(!isAtRest(interface.tdi), "seed \(seed)") }
            if !device.holds { _ = device.carryOutHeld() }
        }
        device.faults = []
        while !device.held.isEmpty { _ = device.carryOutHeld() }
        #expect(device.dsm.interfaces.allSatisfy { isAtRest($0.tdi) && $0.pending == nil }, "seed \(seed)")
    }

    private func isAtRest(_ tdi: TDI) -> Bool {
        switch tdi {
        case .unlocked, .locked, .run, .error: true
        case .inspecting, .locking, .checkingNonce, .starting, .adjusting, .stopping, .failing: false
        }
    }
}
