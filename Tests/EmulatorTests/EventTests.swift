import Assignment
import Attestation
import Emulator
import PCIe
import TDISP
import Testing

/// What happens unasked: each event goes to the device's own machine, and the host notices what a host would notice.
@Suite struct EventTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
        host.convert(demo.vf0, for: demo.web1)
        _ = host.notices(demo.vf0)
    }

    /// An event at the accelerator or its first virtual function, which is in RUN for web1.
    struct Case: CustomTestStringConvertible {
        let event: HostEvent
        let state: TDIState?
        let notices: [Notice]
        var testDescription: String { "\(event)" }

        init(_ event: HostEvent, _ state: TDIState?, _ notices: [Notice]) {
            (self.event, self.state, self.notices) = (event, state, notices)
        }
    }

    static func cases() throws -> [Case] {
        let demo = try Demo()
        let (device, tdi) = (demo.accelerator, demo.vf0)
        let toError: [Notice] = [.device(tdi, .state(.error))]
        return [
            Case(.linkDown(device), .error, [.connection(.streamInsecure)]),
            Case(.integrityCheckFailed(device), .error, [.connection(.streamInsecure)]),
            Case(.streamDisabled(device), .run, [.connection(.streamInsecure)]),
            Case(.sessionLost(device), .error, [.connection(.sessionLost)]),
            Case(.functionReset(tdi), .error, [.device(tdi, .deviceReset)] + toError),
            Case(.functionReset(device), .error, [.device(tdi, .deviceReset), .connection(.deviceReset)]),
            Case(.conventionalReset(device), .configUnlocked, [.connection(.deviceReset), .device(tdi, .deviceReset)]),
            Case(.virtualFunctions(device, count: 0), nil, [.device(tdi, .deviceGone)]),
            Case(.busMasterCleared(tdi), .error, toError),
            Case(.memorySpaceCleared(device), .run, []),
            Case(.memoryMoved(device, register: 0, value: 0), .run, []),
            Case(.configurationWrite(tdi, offset: 0x3C, width: 1, value: 5), .run, [.device(tdi, .state(.run))]),
            Case(.poisonedData(tdi), .error, toError),
            Case(.incident(tdi, .dataIntegrityLost), .error, toError),
            Case(.incident(tdi, .requestFailed), .error, toError),
            Case(.incident(tdi, .untrustedTranslation), .error, toError),
            Case(.incident(tdi, .untrustedPageResponse), .error, toError),
            Case(.incident(demo.vf1, .requestFailed), .run, []),
            Case(.incident(device, .requesterIDChanged), .error, toError),
            Case(.incident(demo.vf1, .contextLost), .error, toError),
            Case(.debugAuthorized(device), .error, [.connection(.sessionLost)]),
            Case(
                .firmwareUpdate(device, version: "3.0", lowersSecurityVersion: false, isForced: false), .run, []),
            Case(
                .firmwareUpdate(device, version: "3.0", lowersSecurityVersion: false, isForced: true), .error, toError),
            Case(.deviceGone(device), nil, [.device(tdi, .deviceGone), .connection(.sessionLost)]),
            Case(
                .identitySwapped(device, serial: "X"), .configUnlocked,
                [.connection(.deviceReset), .device(tdi, .deviceReset)]),
            Case(.domainStopped(demo.web1), .run, [.device(tdi, .domainStopped)]),
            Case(.hostdevRemoved(tdi), .error, [.device(tdi, .hostdevRemoved)]),
            Case(.driverHangs(tdi, true), .run, [.device(tdi, .driverTimeout)]),
            Case(.dmaStuck(tdi, at: nil), .run, []),
            Case(.defect(device, .noEntropy), .run, []),
            Case(.misbehaves(tdi, true), .run, []),
        ]
    }

    @Test(arguments: (try? EventTests.cases()) ?? [])
    func `an event reaches the device, and the host notices what it can`(_ example: Case) throws {
        host.happen(example.event)
        #expect(try host.view(demo.vf0).state == example.state)
        #expect(host.notices(demo.vf0).filter { !$0.isSignal } == example.notices)
        #expect(host.notices(demo.vf0).isEmpty)
        host.advance()
        #expect(try host.view(demo.vf0).workload.violations == 0)
    }

    @Test func `DMA of a TDI that fell to ERROR reaches nothing`() throws {
        host.happen(.poisonedData(demo.vf0))
        let arrived = try host.view(demo.vf0).workload.privateArrived
        host.advance(20_000_000)
        let view = try host.view(demo.vf0)
        #expect(view.workload.privateArrived == arrived)
        #expect(view.workload.heldBack > 0)
        #expect(!host.tryDMA(demo.vf0, .trusted, at: 1 << 20).hasArrived)
    }

    @Test func `DMA of a TDI whose stream is disabled at the root port stops there`() throws {
        host.happen(.streamDisabled(demo.accelerator))
        #expect(host.tryDMA(demo.vf0, .trusted, at: 1 << 20) == .stopped(.noSecureStream(.insecure)))
    }

    @Test func `an FLR of the physical function takes its virtual functions to ERROR`() throws {
        host.convert(demo.vf1, for: demo.db1)
        host.happen(.functionReset(demo.accelerator))
        #expect(try host.view(demo.vf0).state == .error)
        #expect(try host.view(demo.vf1).state == .error)
        #expect(try host.stream(demo.vf0).session == nil)
    }

    @Test func `an FLR of one virtual function leaves the other alone`() throws {
        host.convert(demo.vf1, for: demo.db1)
        host.happen(.functionReset(demo.vf1))
        #expect(try host.view(demo.vf0).state == .run)
        #expect(try host.view(demo.vf1).state == .error)
        #expect(host.perform(.probePrivate, demo.vf0).outcome == .succeeded)
    }

    @Test func `moved memory of a locked physical function takes it to ERROR`() throws {
        host.convert(demo.nvme, for: demo.db1)
        host.happen(.memoryMoved(demo.nvme, register: 0, value: 0x9000_0000))
        #expect(try host.view(demo.nvme).state == .error)
        #expect(host.notices(demo.nvme) == [.device(demo.nvme, .state(.error))])
    }

    @Test func `a refused firmware update leaves the firmware, a permitted one changes the measurements`() throws {
        let before = host.collect(demo.vf0).evidence?.measurements
        host.happen(.firmwareUpdate(demo.accelerator, version: "9", lowersSecurityVersion: false, isForced: false))
        #expect(host.collect(demo.vf0).evidence?.measurements == before)
        host.carry([.unbindGuestDriver, .cut(.first), .stop], demo.vf0)
        host.happen(.firmwareUpdate(demo.accelerator, version: "9", lowersSecurityVersion: false, isForced: false))
        #expect(host.perform(.compareIdentity, demo.vf0).outcome == .failed(.identityChanged))
    }

    @Test func `a stopped domain takes no DMA of its devices' drivers any more`() throws {
        host.happen(.domainStopped(demo.web1))
        let arrived = try host.view(demo.vf0).workload.privateArrived
        host.advance()
        #expect(try host.view(demo.vf0).workload.privateArrived == arrived)
        #expect(host.perform(.bindGuestDriver, demo.vf0).outcome == .failed(.hypervisor))
        host.happen(.domainStarted(demo.web1))
        #expect(host.perform(.bindGuestDriver, demo.vf0).outcome == .succeeded)
    }

    @Test func `a hung driver neither comes nor goes`() throws {
        host.happen(.driverHangs(demo.vf0, true))
        #expect(host.perform(.unbindGuestDriver, demo.vf0).outcome == .failed(.timedOut))
        host.happen(.driverHangs(demo.vf0, false))
        #expect(host.perform(.unbindGuestDriver, demo.vf0).outcome == .succeeded)
    }

    @Test func `a device that was pulled out and put back is as after power-on`() throws {
        host.happen(.deviceGone(demo.accelerator))
        #expect(host.perform(.reset(.function), demo.vf0).outcome == .failed(.deviceGone))
        host.happen(.deviceReturned(demo.accelerator))
        #expect(try host.view(demo.vf0).state == .configUnlocked)
        #expect(host.perform(ConnectionEffect.connect, demo.vf0).outcome == .succeeded)
        #expect(host.perform(.askState, demo.vf0).state == .configUnlocked)
    }
}

extension Notice {
    /// Whether it is only to be weighed.
    fileprivate var isSignal: Bool { if case .signal = self { true } else { false } }
}
