internal import Assignment
internal import Emulator
internal import PCIe
internal import TDISP

/// An act of a scenario that is made and not written: what an owner does until it rests, what is put in its way before, and
/// what had to be left out.
struct DraftAct {
    var act: Act
    var interruption: Interruption?
    var expectations: [Expectation] = []
    /// What waits when it begins.
    private(set) var faults: [InjectedFault] = []
    /// Comments on what is there.
    private(set) var remarks: [String] = []
    /// What is not.
    private(set) var losses: [String] = []
    /// How often each effect has been started in it.
    private var started: [EffectFault.Name: Int] = [:]
    /// What happened while the owner answered an effect by itself: it happens at the next one of the platform.
    private var waiting: [HostEvent] = []

    init(_ act: Act) { self.act = act }

    mutating func remark(_ text: String) { remarks.append(text) }

    mutating func lose(_ text: String) { losses.append(text) }

    // MARK: On its way

    /// An effect starts.
    mutating func start(_ effect: EffectName, on place: Place) {
        if let name = effect.ofPlatform { start(name, on: place) }
    }

    /// An effect of an assignment or of the connection starts.
    mutating func start(_ name: EffectFault.Name, on place: Place) {
        started[name, default: 0] += 1
        for event in waiting { hit(name, .event(event), on: place) }
        waiting = []
    }

    /// Something happens while an effect is pending.
    mutating func happen(_ event: HostEvent, during effect: EffectName, on place: Place) {
        guard let name = effect.ofPlatform else { return waiting.append(event) }
        hit(name, .event(event), on: place)
    }

    /// The manager dies, or the operator cancels, at an effect.
    mutating func interrupt(_ kind: Interruption.Kind, at effect: EffectName) {
        guard let name = effect.ofPlatform, interruption == nil, started[name, default: 1] == 1 else {
            let place = interruption == nil ? "this is not the first \(effect.rawValue) of the act" : "it already is"
            return lose("\(kind.rawValue) \(effect.rawValue): an act is interrupted once, the first time; \(place)")
        }
        interruption = Interruption(kind: kind, effect: PlatformEffect(name: name), position: .unwritten)
    }

    /// The manager died once the effect had been carried out, if that leads to this state of the interface.
    mutating func wasCarriedOut(whereItLedTo state: TDIState) {
        guard let interruption, interruption.kind == .crashBefore else { return }
        switch (interruption.effect.name, state) {
        case (.assignment(.lock), .configLocked), (.assignment(.accept), .run):
            self.interruption = Interruption(kind: .crashAfter, effect: interruption.effect, position: .unwritten)
        case (.assignment, _), (.connection, _): break
        }
    }

    /// Something happens to the effect that was started last under a name.
    mutating func hit(_ name: EffectFault.Name, _ action: EffectFault.Action, on place: Place) {
        let function: FunctionAddress =
            switch name {
            case .assignment: place.function
            case .connection: place.dsm
            }
        faults.append(.effect(EffectFault(name, occurrence: max(1, started[name] ?? 1), of: function, action)))
    }

    /// Only the verdict is the owner's own: it says no to a report that contradicts the registers.
    mutating func refuseEvidence(on place: Place) {
        faults.append(.message(MessageFault(.getInterfaceReport, of: place.dsm, .corruptResponse(at: 37))))
    }
}

extension ScenarioDrafting {
    /// Adds an act behind what waits for it.
    mutating func add(_ act: DraftAct) {
        for remark in act.remarks { self.remark(remark) }
        for loss in act.losses { lose(loss) }
        for fault in act.faults { add(Step(.inject(fault))) }
        add(Step(act.act, act.interruption, expecting: act.expectations))
    }
}

extension EffectName {
    /// The effect of a platform by which it can be hit; nil: the owner answers it by itself.
    var ofPlatform: EffectFault.Name? {
        switch self {
        case .requireConnection: .connection(.connect)
        case .rekey: .connection(.refreshKeys)
        case .none, .refuse, .appraise: nil
        case .releaseHostDriver, .attach, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock,
            .collectEvidence, .reconfirm, .accept, .bindGuestDriver, .probePrivate, .cut, .askState, .stop, .reset,
            .compareIdentity, .adoptIdentity, .pause, .restoreConfiguration, .proveReturn, .restoreMappings, .detach,
            .returnHostDriver:
            .assignment(self)
        }
    }
}
