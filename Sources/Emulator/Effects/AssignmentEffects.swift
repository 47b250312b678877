public import Assignment
public import PCIe
internal import TDISP

extension HostModel {
    /// Carries out one effect on one function, through the faults that wait for it.
    public mutating func perform(_ effect: AssignmentEffect, on tdi: FunctionAddress) -> EffectReport {
        switch beginEffect(.assignment(effect.name), on: tdi) {
        case .skip(let report): return report
        case .perform(let ending): return endEffect(carryOut(effect, on: tdi), ending)
        }
    }

    /// Carries out one effect, without faults of its own.
    mutating func carryOut(_ effect: AssignmentEffect, on tdi: FunctionAddress) -> EffectReport {
        guard let (device, function) = locate(tdi) else {
            return EffectReport(.failed(.deviceGone), "there is no function \(tdi)")
        }
        switch effect {
        case .none, .refuse, .requireConnection, .collectEvidence, .appraise, .rekey:
            return EffectReport(.failed(.unsupported), "\(effect.name.rawValue) is not a platform's business")
        case .releaseHostDriver: return releaseHostDriver(function, device)
        case .attach(let domain): return attach(function, device, to: domain)
        case .unbindGuestDriver: return unbindGuestDriver(function, device)
        case .drainDMA: return drain(function, device)
        case .saveLedger: return saveLedger(function)
        case .dropMappings: return dropMappings(function, device)
        case .lock(let epoch): return lock(function, device, epoch)
        case .reconfirm(let epoch): return reconfirm(function, device, epoch)
        case .accept(let epoch): return accept(function, device, epoch)
        case .bindGuestDriver: return bindGuestDriver(function, device)
        case .probePrivate: return probePrivate(function, device)
        case .cut(let rank): return cut(function, device, rank)
        case .askState: return askState(function, device)
        case .stop: return stop(function, device)
        case .reset(.function): return resetFunction(function, device)
        case .reset(.conventional): return resetDevice(function, device)
        case .compareIdentity: return compareIdentity(function, device)
        case .adoptIdentity: return adoptIdentity(device)
        case .pause(let seconds): return pause(seconds, device)
        case .restoreConfiguration: return restoreConfiguration(function, device)
        case .proveReturn: return proveReturn(function, device)
        case .restoreMappings: return restoreMappings(function, device)
        case .detach(let domain): return detach(function, device, from: domain)
        case .returnHostDriver: return returnHostDriver(function, device)
        }
    }

    // MARK: Faults at effects

    /// What a fault makes of an effect before it is carried out.
    enum EffectStart {
        case perform(EffectEnding)
        case skip(EffectReport)
    }

    /// What a fault makes of an effect afterwards.
    enum EffectEnding {
        case tell, tellUnknown, crash
    }

    mutating func beginEffect(_ name: EffectFault.Name, on function: FunctionAddress) -> EffectStart {
        switch faults.match(name, on: function) {
        case nil: return .perform(.tell)
        case .fail(let reason): return .skip(EffectReport(.failed(reason), "injected fault"))
        case .unknownNotDone: return .skip(EffectReport(.unknown, "injected fault: no word of it"))
        case .unknownDone: return .perform(.tellUnknown)
        case .crashBefore:
            onCrash()
            return .skip(EffectReport(.unknown, "injected fault: crash"))
        case .crashAfter: return .perform(.crash)
        case .event(let event):
            happen(event)
            return .perform(.tell)
        }
    }

    mutating func endEffect(_ report: EffectReport, _ ending: EffectEnding) -> EffectReport {
        followTranslations()
        switch ending {
        case .tell: return report
        case .tellUnknown: return EffectReport(.unknown, "injected fault: no word of it")
        case .crash:
            onCrash()
            return EffectReport(.unknown, "injected fault: crash")
        }
    }
}
