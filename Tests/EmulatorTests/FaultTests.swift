import Assignment
import Emulator
import PCIe
import Synchronization
import TDISP
import Testing

/// Faults at messages and at effects: outcomes are honest, and the device is where they say.
@Suite struct FaultTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
        host.attach(demo.vf0, to: demo.web1)
    }

    /// A fault at LOCK, the outcome of the effect, and where the device is afterwards.
    static let atLock: [(MessageFault.Action, Outcome, TDIState)] = [
        (.dropRequest, .failed(.timedOut), .configUnlocked),
        (.dropResponse, .failed(.timedOut), .configUnlocked),
        (.corruptRequest(at: 18), .failed(.deviceRefused), .configUnlocked),
        (.corruptRequest(at: 1), .failed(.deviceRefused), .configUnlocked),
        (.corruptResponse(at: 4), .failed(.deviceRefused), .configUnlocked),
        (.duplicateRequest, .succeeded, .configLocked),
        (.delay(1_000_000), .succeeded, .configLocked),
        (.delay(2_000_000_000), .failed(.timedOut), .configUnlocked),
        (.busy(2), .succeeded, .configLocked),
        (.busy(100), .failed(.busy), .configUnlocked),
        (.refuse(.invalidDeviceConfiguration), .failed(.deviceRefused), .configUnlocked),
    ]

    @Test(arguments: atLock)
    func `a fault at LOCK leaves the interface where the report says`(
        _ action: MessageFault.Action, _ outcome: Outcome, _ state: TDIState
    ) throws {
        host.inject(MessageFault(.lockInterface, action))
        #expect(host.lock(demo.vf0).outcome == outcome)
        #expect(try host.view(demo.vf0).state == state)
    }

    @Test func `a refusal is reported by the name of the specification`() {
        host.inject(MessageFault(.lockInterface, .refuse(.invalidDeviceConfiguration)))
        #expect(host.lock(demo.vf0).detail.contains("TDISP_ERROR 0x104 INVALID_DEVICE_CONFIGURATION"))
    }

    /// A fault at START, the outcome of accept, and where the device is afterwards.
    static let atStart: [(MessageFault.Action, Outcome, TDIState)] = [
        (.dropRequest, .failed(.timedOut), .configUnlocked),
        (.dropResponse, .failed(.timedOut), .configUnlocked),
        (.corruptRequest(at: 20), .failed(.deviceRefused), .configLocked),
        (.duplicateRequest, .succeeded, .run),
        (.busy(1), .succeeded, .run),
        (.refuse(.unspecified), .failed(.deviceRefused), .configLocked),
    ]

    @Test(arguments: atStart)
    func `a fault at START opens nothing unless RUN is confirmed`(
        _ action: MessageFault.Action, _ outcome: Outcome, _ state: TDIState
    ) throws {
        host.lock(demo.vf0)
        _ = host.collect(demo.vf0)
        host.inject(MessageFault(.startInterface, action))
        #expect(host.perform(.accept(.one), demo.vf0).outcome == outcome)
        let view = try host.view(demo.vf0)
        #expect(view.state == state)
        #expect((view.trustedTable != nil) == (outcome == .succeeded))
    }

    @Test func `a STOP that is never answered is of unknown outcome`() throws {
        host.lock(demo.vf0)
        for _ in 0..<8 { host.inject(MessageFault(.stopInterface, .dropRequest)) }
        #expect(host.perform(.stop, demo.vf0).outcome == .unknown)
        #expect(try host.view(demo.vf0).state == .configLocked)
    }

    @Test func `a STOP whose answer is lost is confirmed by the next one`() throws {
        host.lock(demo.vf0)
        host.inject(MessageFault(.stopInterface, .dropResponse))
        let report = host.perform(.stop, demo.vf0)
        #expect(try host.view(demo.vf0).state == .configUnlocked)
        #expect(report.outcome == .succeeded)
    }

    @Test func `the n-th message is the one that is hit, and only it`() throws {
        host.inject(MessageFault(.getInterfaceState, occurrence: 2, .dropRequest))
        #expect(host.perform(.askState, demo.vf0).outcome == .succeeded)
        #expect(host.perform(.askState, demo.vf0).outcome != .succeeded)
        #expect(host.perform(.askState, demo.vf0).outcome == .succeeded)
    }

    @Test func `a fault on another device's messages does not happen here`() throws {
        host.inject(MessageFault(.getInterfaceState, of: demo.nvme, .dropRequest))
        #expect(host.perform(.askState, demo.vf0).outcome == .succeeded)
    }

    @Test func `an event can happen at a message`() throws {
        host.inject(MessageFault(.startInterface, .event(.functionReset(demo.vf0))))
        host.lock(demo.vf0)
        #expect(host.accept(demo.vf0).outcome == .failed(.deviceRefused))
        #expect(try host.view(demo.vf0).state != .run)
        #expect(try host.view(demo.vf0).trustedTable == nil)
    }

    @Test func `an effect that is told to fail is not carried out`() throws {
        host.inject(EffectFault(.assignment(.saveLedger), .fail(.other)))
        #expect(host.lock(demo.vf0).outcome == .failed(.other))
        #expect(host.count(.lockInterface) == 0)
    }

    @Test func `an effect of unknown outcome was carried out or not, as the fault says`() throws {
        host.inject(EffectFault(.assignment(.lock), .unknownNotDone))
        #expect(host.lock(demo.vf0).outcome == .unknown)
        #expect(try host.view(demo.vf0).state == .configUnlocked)
        host.inject(EffectFault(.assignment(.lock), .unknownDone))
        #expect(host.perform(.lock(.one), demo.vf0).outcome == .unknown)
        #expect(try host.view(demo.vf0).state == .configLocked)
    }

    @Test func `a connection's effect can be hit as well`() throws {
        host.inject(EffectFault(.connection(.disconnect), of: demo.accelerator, .fail(.timedOut)))
        #expect(host.perform(ConnectionEffect.disconnect, demo.vf0).outcome == .failed(.timedOut))
        #expect(try host.stream(demo.vf0).isDeviceSecure)
    }

    @Test func `a crash calls the hook before or after the effect`() throws {
        let counter = Counter()
        host.onCrash { counter.increment() }
        host.inject(EffectFault(.assignment(.lock), .crashBefore))
        #expect(host.lock(demo.vf0).outcome == .unknown)
        #expect(try host.view(demo.vf0).state == .configUnlocked)
        host.inject(EffectFault(.assignment(.lock), .crashAfter))
        #expect(host.perform(.lock(.one), demo.vf0).outcome == .unknown)
        #expect(try host.view(demo.vf0).state == .configLocked)
        #expect(counter.value == 2)
    }

    @Test func `an event can happen at an effect`() throws {
        host.inject(EffectFault(.assignment(.collectEvidence), .event(.sessionLost(demo.accelerator))))
        host.lock(demo.vf0)
        #expect(host.collect(demo.vf0).report.outcome == .failed(.connectionLost))
    }

    @Test func `defects show where they are`() throws {
        host.happen(.defect(demo.accelerator, .noEntropy))
        let report = host.lock(demo.vf0)
        #expect(report.outcome == .failed(.deviceRefused))
        #expect(report.detail.contains("INSUFFICIENT_ENTROPY"))
        host.happen(.defect(demo.accelerator, .startFails))
        #expect(host.perform(.lock(.two), demo.vf0).outcome == .succeeded)
        #expect(host.accept(demo.vf0, .two).outcome != .succeeded)
        #expect(try host.view(demo.vf0).trustedTable == nil)
        host.happen(.defect(demo.accelerator, .stopFails))
        #expect(host.perform(.lock(LockEpoch(rawValue: 3)), demo.vf0).outcome == .succeeded)
        #expect(host.perform(.stop, demo.vf0).outcome != .succeeded)
        #expect(try host.view(demo.vf0).state == .error)
        host.perform(.reset(.conventional), demo.vf0)
        #expect(try host.view(demo.vf0).state == .configUnlocked)
    }

    @Test func `DMA that hangs keeps the function from being drained and locked`() throws {
        host.happen(.dmaStuck(demo.vf0, at: nil))
        host.perform(.unbindGuestDriver, demo.vf0)
        #expect(host.perform(.drainDMA, demo.vf0).outcome == .failed(.timedOut))
        #expect(host.perform(.lock(.one), demo.vf0).outcome != .succeeded)
        host.perform(.reset(.function), demo.vf0)
        #expect(host.perform(.drainDMA, demo.vf0).outcome == .succeeded)
    }
}

/// Counts calls from anywhere.
final class Counter: Sendable {
    private let count = Mutex(0)
    func increment() { count.withLock { $0 += 1 } }
    var value: Int { count.withLock { $0 } }
}
