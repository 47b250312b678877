import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import SPDMTransport
import Synchronization
import TDISP
import Testing

@testable import ForeignDevice

@Suite struct `Foreign device` {
    private final class Diary: Sendable {
        private let steps = Mutex<[ForeignDeviceStep]>([])
        func add(_ step: ForeignDeviceStep) { steps.withLock { $0.append(step) } }
        var all: [ForeignDeviceStep] { steps.withLock { $0 } }
    }

    @Test func `a device that keeps the rules goes to RUN and back, and nothing is said to be private`() async throws {
        let device = SampleDevice(try Sample.responder())
        let diary = Diary()
        let report = try await ForeignDevice.run(over: device, try Sample.settings()) { step, _ in diary.add(step) }
        #expect(report.lines.last == "TDI in RUN; no IOMMU behind it: nothing is private here")
        #expect(report.states == [.configUnlocked, .configLocked, .run, .configUnlocked])
        #expect(report.admissions.isEmpty)
        #expect(report.types == [.discovery, .spdm, .securedSPDM])
        #expect(report.identity?.serialNumber == "SN-1")
        #expect(report.measurements.map(\.index) == [1, 2])
        #expect(report.areMeasurementsSigned)
        #expect(report.session?.isEncrypted == true)
        #expect(report.stream?.port == Sample.port)
        #expect(report.interfaceReport?.ranges.count == 2)
        #expect(
            report.notChecked
                == [.pciName, .measurementValues, .rootPortKeys, .streamStatus, .baseAddresses, .dma, .refusals])
        #expect(
            diary.all == [
                .discover, .connect, .authenticate, .openSession, .measure, .negotiate, .keyStream, .lock, .report,
                .start, .state, .stop, .state, .stopStream, .endSession,
            ])
        #expect(await device.state == .configUnlocked)
        #expect(await device.keys.isEmpty)
        #expect(await device.sessionCount == 0)
        #expect(await device.lockedWith?.flags == .noFirmwareUpdate)
    }

    @Test func `a device that is left running keeps keys and session`() async throws {
        let device = SampleDevice(try Sample.responder())
        var settings = try Sample.settings()
        settings.stops = false
        let report = try await ForeignDevice.run(over: device, settings)
        #expect(report.states.last == .run)
        #expect(await device.state == .run)
        #expect(await device.active.count == 6)
        #expect(await device.sessionCount == 1)
    }

    @Test func `an attestation opens no session and touches no interface`() async throws {
        let device = SampleDevice(try Sample.responder())
        let report = try await ForeignDevice.run(over: device, try Sample.settings(.attest))
        #expect(report.areMeasurementsSigned)
        #expect(report.session == nil)
        #expect(report.notChecked.contains(.address))
        #expect(report.lines.last == ForeignDeviceReport.attestationConclusion)
        #expect(await device.requests.isEmpty)
    }

    @Test func `it is the same over a socket`() async throws {
        let device = SampleDevice(try Sample.responder())
        // The machine may be busy with other tests.
        let limits = TransportLimits(
            connecting: .seconds(300), object: .seconds(300), greeting: .seconds(300), idle: .seconds(300))
        let server = try await SPDMSocketServer.listen(at: .tcp(host: "127.0.0.1", port: 0), limits: limits)
        let service = SPDMService { message in
            guard let object = try? message.doeObject(), let answer = try? await device.exchange(object) else {
                return nil
            }
            return try? TransportMessage(doeObject: answer.span)
        }
        async let serving: Void = server.serve(service)
        let client = try await SPDMSocketClient.connect(to: server.endpoint, limits: limits)
        let report = try await ForeignDevice.run(over: client, try Sample.settings())
        await client.close(.shutDown)
        try await serving
        #expect(report.states.last == .configUnlocked)
    }

    @Test func `probes that a device refuses leave it as it was`() async throws {
        let device = SampleDevice(try Sample.responder())
        var settings = try Sample.settings()
        settings.probes = true
        let report = try await ForeignDevice.run(over: device, settings)
        #expect(report.admissions.isEmpty)
        #expect(!report.notChecked.contains(.refusals))
        #expect(await device.state == .configUnlocked)
        #expect(await device.keys.isEmpty)
    }

    // MARK: Deviations

    private static let flaws: [(SampleDevice.Flaws, ForeignDeviation)] = [
        (.otherAddress, .otherPortAddress), (.noRegisters, .noIDERegisters), (.missingRequests, .missingRequests),
        (.inconsistentReport, .inconsistentReport), (.plainTDISP, .plainTDISP), (.lockWithoutKeys, .lockWithoutKeys),
        (.versionEndsLock, .versionEndsLock),
    ]

    @Test(arguments: flaws)
    func `a flaw is refused by name, and the device is left as it was found`(
        flaw: SampleDevice.Flaws, deviation: ForeignDeviation
    ) async throws {
        let device = SampleDevice(try Sample.responder(), flaw)
        var settings = try Sample.settings()
        settings.probes = true
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: device, settings)
        }
        #expect(failure?.deviations == [deviation])
        #expect(failure?.description.contains("--allow-deviation \(deviation.rawValue)") == true)
        #expect(failure?.leftovers == [])
        #expect(await device.state == .configUnlocked)
        #expect(await device.keys.isEmpty)
        #expect(await device.sessionCount == 0)
    }

    @Test(arguments: flaws)
    func `a flaw that is allowed is told, and RUN is reached`(
        flaw: SampleDevice.Flaws, deviation: ForeignDeviation
    ) async throws {
        let device = SampleDevice(try Sample.responder(), flaw)
        var settings = try Sample.settings(allowing: [deviation])
        settings.probes = true
        let report = try await ForeignDevice.run(over: device, settings)
        #expect(report.admissions.map(\.deviation) == [deviation])
        #expect(report.states.contains(.run))
        #expect(report.lines.contains { $0.hasPrefix("admitted: \(deviation.rawValue), ") })
        #expect(await device.state == .configUnlocked)
    }

    @Test func `all flaws of one answer are told at once`() async throws {
        let device = SampleDevice(try Sample.responder(), [.otherAddress, .noRegisters])
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: device, try Sample.settings())
        }
        #expect(failure?.deviations == [.otherPortAddress, .noIDERegisters])
        let end = "; admitted by --allow-deviation other-port-address --allow-deviation no-ide-registers"
        #expect(failure?.description.hasSuffix(end) == true)
    }

    @Test func `what is allowed and not met is not told`() async throws {
        let device = SampleDevice(try Sample.responder())
        let settings = try Sample.settings(allowing: Set(ForeignDeviation.allCases))
        #expect(try await ForeignDevice.run(over: device, settings).admissions.isEmpty)
    }

    @Test func `no measurements, and weak algorithms, are deviations`() async throws {
        var weak = AlgorithmPolicy.tolerant
        weak.suites = [.chaCha20Poly1305]
        let cases: [(ResponderSettings, ForeignDeviation)] = [
            (try Sample.responder(without: [.measurements, .measurementsFresh]), .noMeasurements),
            (try Sample.responder(weak), .weakAlgorithms),
            (try Sample.responder(.tolerant, without: .encrypt), .weakAlgorithms),
        ]
        for (responder, deviation) in cases {
            let failure = await #expect(throws: ForeignDeviceFailure.self) {
                try await ForeignDevice.run(over: SampleDevice(responder), try Sample.settings())
            }
            #expect(failure?.deviations == [deviation])
            let report = try await ForeignDevice.run(
                over: SampleDevice(responder), try Sample.settings(allowing: [deviation]))
            #expect(report.admissions.map(\.deviation) == [deviation])
        }
    }

    @Test func `a root that is not pinned is a deviation, a digest that is pinned is none`() async throws {
        let root = try Sample.root.get()
        let anchors: [(TrustAnchor?, Bool)] = [
            (nil, false), (.roots([try Sample.otherRoot.get()]), false), (.roots([root]), true),
            (.rootDigest(try HashAlgorithm.sha384.digest(of: root.span), .sha384), true),
            (.rootDigest([UInt8](repeating: 0, count: 48), .sha384), false),
        ]
        for (anchor, isPinned) in anchors {
            var settings = try Sample.settings(.attest)
            settings.anchor = anchor
            if isPinned {
                let report = try await ForeignDevice.run(over: SampleDevice(try Sample.responder()), settings)
                #expect(report.admissions.isEmpty)
                continue
            }
            let failure = await #expect(throws: ForeignDeviceFailure.self) {
                try await ForeignDevice.run(over: SampleDevice(try Sample.responder()), settings)
            }
            #expect(failure?.deviations == [.unknownRoot])
            settings.allowed = [.unknownRoot]
            let report = try await ForeignDevice.run(over: SampleDevice(try Sample.responder()), settings)
            #expect(report.admissions.map(\.deviation) == [.unknownRoot])
            #expect(report.identity?.serialNumber == "SN-1")
        }
    }

    @Test func `a PCI name is compared when configuration space is known`() async throws {
        var settings = try Sample.settings(.attest, allowing: Set(ForeignDeviation.allCases))
        settings.pciName = Sample.pciName
        let report = try await ForeignDevice.run(over: SampleDevice(try Sample.responder()), settings)
        #expect(report.identity?.isPCINameCompared == true)
        #expect(!report.notChecked.contains(.pciName))
        settings.pciName?.device = 0x5679
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: SampleDevice(try Sample.responder()), settings)
        }
        #expect(failure?.deviations == [])
        #expect(failure?.step == .authenticate)
    }

    // MARK: Failures

    @Test(
        arguments: [
            (.onlyDiscovery, .discover), (.refusesKeys, .keyStream), (.otherAcknowledgement, .keyStream),
            (.malformedReport, .report), (.doesNotStart, .start),
        ] as [(SampleDevice.Flaws, ForeignDeviceStep)])
    func `what no deviation admits ends the conversation and leaves nothing behind`(
        flaw: SampleDevice.Flaws, step: ForeignDeviceStep
    ) async throws {
        let device = SampleDevice(try Sample.responder(), flaw)
        let settings = try Sample.settings(allowing: Set(ForeignDeviation.allCases))
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: device, settings)
        }
        #expect(failure?.step == step)
        #expect(failure?.deviations == [])
        #expect(await device.state == .configUnlocked)
        #expect(await device.sessionCount == 0)
    }

    @Test(
        arguments: [
            (
                .refusesLock, .lock, "lock: VENDOR_DEFINED_REQUEST: refused with ERROR UnexpectedRequest",
                "(no answer to LOCK_INTERFACE; stopped, CONFIG_UNLOCKED confirmed)"
            ),
            (
                .refusesStart, .start, "start: VENDOR_DEFINED_REQUEST: refused with ERROR UnexpectedRequest",
                "(no answer to START_INTERFACE; stopped, CONFIG_UNLOCKED confirmed)"
            ),
            (
                .refusesGo, .keyStream, "key-stream: VENDOR_DEFINED_REQUEST: refused with ERROR UnexpectedRequest",
                "(the device refused a key message)"
            ),
            (
                .truncatesKeys, .keyStream, "key-stream: VENDOR_DEFINED_REQUEST: malformed answer: ",
                "(the device refused a key message)"
            ),
        ] as [(SampleDevice.Flaws, ForeignDeviceStep, String, String)])
    func `an ERROR or an answer that cannot be read is told as what it is, not as silence`(
        flaw: SampleDevice.Flaws, step: ForeignDeviceStep, start: String, end: String
    ) async throws {
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: SampleDevice(try Sample.responder(), flaw), try Sample.settings())
        }
        #expect(failure?.step == step)
        #expect(failure?.leftovers == [])
        #expect(failure?.description.hasPrefix(start) == true, "\(String(describing: failure))")
        #expect(failure?.description.hasSuffix(end) == true, "\(String(describing: failure))")
    }

    @Test(arguments: [false, true])
    func `a device that falls silent ends the conversation, wherever it is, and what it may hold is told`(
        actsBeforeSilence: Bool
    ) async throws {
        let device = SampleDevice(try Sample.responder())
        _ = try await ForeignDevice.run(over: device, try Sample.settings())
        let count = await device.exchanges
        #expect(count > 40)
        for silentFrom in 0..<count {
            let silent = SampleDevice(
                try Sample.responder(), silentFrom: silentFrom, actsBeforeSilence: actsBeforeSilence)
            let failure = await #expect(throws: ForeignDeviceFailure.self) {
                try await ForeignDevice.run(over: silent, try Sample.settings())
            }
            guard case .transport(.overdue) = failure?.reason else {
                Issue.record("\(silentFrom): \(String(describing: failure))")
                continue
            }
            #expect(await silent.exchanges == silentFrom + 1)
            let holds = await silent.holdsSomething
            #expect(!holds || failure?.leftovers.isEmpty == false, "\(silentFrom)")
            let isSessionTold = failure?.leftovers.contains { $0.contains("session") } == true
            #expect(await !silent.holdsSession || isSessionTold, "\(silentFrom)")
        }
    }

    @Test(arguments: 0..<11) func `an interruption on the way to RUN leaves the device as it was found`(
        step: Int
    ) async throws {
        let device = SampleDevice(try Sample.responder())
        let diary = Diary()
        var settings = try Sample.settings()
        settings.isInterrupted = { diary.all.count > step }
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: device, settings) { step, _ in diary.add(step) }
        }
        guard case .interrupted = failure?.reason else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(failure?.step == diary.all[step])
        #expect(failure?.leftovers == [])
        #expect(await device.state == .configUnlocked)
        #expect(await device.keys.isEmpty)
        #expect(await device.sessionCount == 0)
    }

    @Test func `an interruption on the way home changes nothing`() async throws {
        let diary = Diary()
        var settings = try Sample.settings()
        settings.isInterrupted = { diary.all.count > 11 }
        let report = try await ForeignDevice.run(over: SampleDevice(try Sample.responder()), settings) { step, _ in
            diary.add(step)
        }
        #expect(report.states.last == .configUnlocked)
        #expect(diary.all.last == .endSession)
    }

    @Test func `names are stable and every one is explained`() {
        #expect(
            ForeignDeviation.allCases.map(\.rawValue) == [
                "no-pci-name", "no-spdm-purpose", "no-key-usage", "no-basic-constraints", "unknown-root",
                "weak-algorithms", "no-measurements", "other-port-address", "no-ide-registers", "missing-requests",
                "inconsistent-report", "plain-tdisp", "lock-without-keys", "version-ends-lock",
            ])
        for rule in CertificateDeviation.allCases { #expect(ForeignDeviation(rawValue: rule.rawValue) != nil) }
        let explanations = ForeignDeviation.allCases.map(\.explanation) + UncheckedFact.allCases.map(\.explanation)
        #expect(explanations.allSatisfy { !$0.isEmpty && !$0.contains("\n") })
    }
}
