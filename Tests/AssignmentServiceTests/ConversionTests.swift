import Assignment
import AssignmentService
import PCIe
import TDISP
import Testing

@Suite struct ConversionTests {
    static let toPrivate: [EffectName] = [
        .releaseHostDriver, .attach, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock, .collectEvidence,
        .reconfirm, .accept, .bindGuestDriver, .probePrivate,
    ]
    static let toHost: [EffectName] = [
        .unbindGuestDriver, .cut, .stop, .reset, .compareIdentity, .restoreConfiguration, .proveReturn, .detach,
        .returnHostDriver,
    ]

    @Test func `a conversion carries its effects out in order and ends private`() async throws {
        let rig = try Rig()
        let result = await rig.convert()
        #expect(result.end == .done)
        #expect(result.state.phase == .private)
        #expect(rig.chronicle.effects(on: Place.one) == Self.toPrivate)
        #expect(rig.chronicle.connectionEffects == [.connect])
    }

    @Test func `a release carries its effects out in order and ends with the host, under new keys`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.two)
        let result = await rig.release(Place.two)
        #expect(result.end == .done)
        #expect(result.state.phase == .available)
        // A device that is recorded as private is asked first.
        #expect(rig.chronicle.effects(on: Place.two) == [.askState] + Self.toHost)
        #expect(rig.chronicle.connectionEffects == [.refreshKeys])
    }

    @Test func `a reset of function 0 is the end of its connection, also where nobody tells of that`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        #expect(await rig.release().end == .done)
        #expect(rig.chronicle.connectionEffects == [.disconnect, .connect, .refreshKeys])
    }

    @Test func `the history has what a proof showed and what it left open`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        rig.platform.answer(
            .proveReturn,
            EffectReport(
                .succeeded, "it is back",
                proofs: [
                    Proof("it is unlocked", .proven), Proof("a page faults", .notProven), Proof("it is shut", .proven),
                ]))
        _ = await rig.release()
        let details = rig.journal.volatile.assignmentSteps.map(\.detail)
        #expect(details.contains("it is back [proven: it is unlocked; it is shut] [not proven: a page faults]"))
    }

    @Test func `each effect that waits for the journal is begun after its step is committed`() async throws {
        let rig = try Rig()
        _ = await rig.convert()
        let entries = rig.chronicle.entries
        for effect in Self.toPrivate {
            let committed = try #require(entries.firstIndex(of: .recorded(effect, Place.one)))
            let begun = try #require(entries.firstIndex(of: .performed(effect, Place.one)))
            #expect(committed < begun, "\(effect)")
        }
        let committed = try #require(entries.firstIndex(of: .recordedConnection(.connect)))
        #expect(try committed < #require(entries.firstIndex(of: .connection(.connect))))
    }

    @Test(arguments: [EffectName.cut, .stop, .reset])
    func `cut, STOP and reset are begun before their step is committed`(_ effect: EffectName) async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        _ = await rig.release()
        let entries = rig.chronicle.entries
        let begun = try #require(entries.firstIndex(of: .performed(effect, Place.one)))
        let committed = try #require(entries.firstIndex(of: .recorded(effect, Place.one)))
        #expect(begun < committed)
    }

    @Test func `the domain's operator is shown phase and epoch where the device comes to rest`() async throws {
        let rig = try Rig()
        _ = await rig.convert()
        rig.platform.set(Place.one, .run)
        #expect(rig.chronicle.bindings == [binding(.private, epoch: 1)])
        _ = await rig.release(to: .attached)
        #expect(rig.chronicle.bindings.last == binding(.attached, epoch: 1))
        rig.platform.set(Place.one, .configUnlocked)
        _ = await rig.convert()
        #expect(rig.chronicle.bindings.last == binding(.private, epoch: 2))
        rig.platform.set(Place.one, .run)
        _ = await rig.release(to: .available)
        #expect(rig.chronicle.bindings.last == binding(.available, epoch: 2))
        #expect(rig.chronicle.bindings.count == 4)
    }

    @Test func `the domain's operator is shown where a device went that nobody asked about`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        await rig.service.observe(.state(.error), on: Place.one, dsm: Place.one)
        #expect(rig.chronicle.bindings == [binding(.attached, epoch: 1)])
    }

    @Test func `who watches is told of the start and the end of every effect, and of rest`() async throws {
        let rig = try Rig()
        rig.platform.answer(.probePrivate, EffectReport(.succeeded, "seen", proofs: [Proof("it works", .proven)]))
        let result = await rig.convert()
        let kinds = rig.watched.kinds(of: Place.one)
        let started = kinds.compactMap { if case .started(let name) = $0 { name } else { nil } }
        let ended = kinds.compactMap { if case .ended(let name, .succeeded, _, _) = $0 { name } else { nil } }
        #expect(started == ended)
        #expect(started.contains(.requireConnection) && started.contains(.appraise))
        #expect(kinds.last == .resting)
        #expect(
            kinds.dropLast().last
                == .ended(.probePrivate, .succeeded, detail: "seen", proofs: [Proof("it works", .proven)]))
        #expect(result.proofs.last == Proof("it works", .proven))
    }

    @Test func `an effect that fails brings the device home and is named`() async throws {
        let rig = try Rig()
        rig.platform.answer(.lock, EffectReport(.failed(.deviceRefused), "INVALID_DEVICE_CONFIGURATION"))
        let result = await rig.convert()
        #expect(
            result.end
                == .failed(
                    Trouble(
                        .effect(.lock, .failed(.deviceRefused)), in: .locking, detail: "INVALID_DEVICE_CONFIGURATION")))
        #expect(result.state.phase == .available)
        #expect(!rig.chronicle.effects(on: Place.one).contains(.accept))
    }

    // MARK: Requests that are turned away

    @Test func `a request that is refused changes nothing`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        let before = await rig.state()
        #expect(await rig.convert().end == .alreadyThere)
        #expect(await rig.convert(for: Place.database).end == .refused(Refusal(.ownedByAnother, rule: .oneOwner)))
        #expect(await rig.state() == before)
        #expect(rig.chronicle.bindings.isEmpty)
    }

    @Test func `a second request on a busy device is refused at once, and the first one's result is its own`()
        async throws
    {
        let rig = try Rig()
        let gate = rig.platform.hold(.lock)
        async let first = rig.convert()
        await gate.reached()
        let second = await rig.release()
        #expect(second.end == .refused(Refusal(.busy)))
        #expect(second.state.phase == .locking)
        gate.open()
        #expect(await first.end == .done)
        #expect(await rig.phase() == .private)
    }

    @Test func `a request while the device is brought home from trouble is refused at once`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        let gate = rig.platform.hold(.stop)
        async let trouble: Void = rig.service.observe(.streamInsecure, on: Place.one, dsm: Place.one)
        await gate.reached()
        #expect(await rig.release().end == .refused(Refusal(.busy)))
        gate.open()
        await trouble
        #expect(await rig.phase() == .attached)
    }

    // MARK: Cancelling

    @Test(arguments: [
        EffectName.attach, .unbindGuestDriver, .dropMappings, .lock, .collectEvidence, .accept, .bindGuestDriver,
    ])
    func `a conversion that is cancelled turns back when its effect has ended`(_ effect: EffectName) async throws {
        let rig = try Rig()
        let gate = rig.platform.hold(effect)
        async let result = rig.convert()
        await gate.reached()
        await rig.service.cancel(Place.one, dsm: Place.one)
        let next = Self.toPrivate.firstIndex(of: effect).map { Self.toPrivate[$0 + 1] }
        gate.open()
        guard case .failed(let trouble) = await result.end else {
            Issue.record("not failed")
            return
        }
        #expect(trouble.what == .cancelled)
        #expect(await rig.phase() == .available)
        #expect(try !rig.chronicle.effects(on: Place.one).contains(#require(next)) || next == .unbindGuestDriver)
    }

    @Test func `what cannot be cancelled goes on, and a later failure is not called a cancellation`() async throws {
        let rig = try Rig()
        await rig.makePrivate(Place.one)
        let gate = rig.platform.hold(.reset)
        async let result = rig.release()
        await gate.reached()
        await rig.service.cancel(Place.one, dsm: Place.one)
        let other = EffectReport(.failed(.identityChanged), "another serial")
        rig.platform.answer(.compareIdentity, other, other)
        gate.open()
        guard case .quarantined(_, let trouble?) = await result.end else {
            Issue.record("not quarantined")
            return
        }
        #expect(trouble.what == .effect(.compareIdentity, .failed(.identityChanged)))
    }

    private func binding(_ phase: Phase, epoch: UInt32) -> DomainBinding {
        DomainBinding(device: Place.one, domain: Place.web, phase: phase, epoch: LockEpoch(rawValue: epoch))
    }
}
