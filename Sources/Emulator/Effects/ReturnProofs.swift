internal import Assignment
internal import IOMMU
internal import PCIe
internal import TDISP

// The proof of return. What can be asked is shown while nothing of the function passes; what DMA reaches, only behind the
// opened gate, where it could reach something.

extension HostModel {
    /// What can be shown while nothing passes. That the device answers is excused where it owes no STOP: an interface that
    /// was never locked, or that a conventional reset has made CONFIG_UNLOCKED.
    mutating func proveReturn(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        let proofs = prove(.closed, function, device, ReturnMap(inside: [], leftOut: []))
        return EffectReport(
            proving: proofs, excusing: tsm.locks[function.address] == nil ? [.unlocked] : [],
            "nothing of its last use is left in the function")
    }

    /// What only the opened gate shows. That DMA arrives is excused where nothing has to: on a platform that translates no
    /// T=0, and where all was left out. If the proof does not hold, everything is closed again.
    mutating func proveOpen(
        _ function: EmulatedFunction, _ device: EmulatedDevice, _ map: ReturnMap, _ detail: String
    ) -> EffectReport {
        let proofs = asBusMaster(function, device) { $0.prove(.open, function, device, map) }
        let report = EffectReport(proving: proofs, excusing: map.inside.isEmpty ? [.insideArrives] : [], detail)
        if report.outcome != .succeeded { memory.cutTrusted(function.address) }
        return report
    }

    /// Every claim of a moment that concerns the function.
    private mutating func prove(
        _ moment: ReturnClaim.Moment, _ function: EmulatedFunction, _ device: EmulatedDevice, _ map: ReturnMap
    ) -> [(claim: ReturnClaim, proof: Proof)] {
        var proofs: [(claim: ReturnClaim, proof: Proof)] = []
        for claim in ReturnClaim.allCases where claim.moment == moment {
            guard let (result, seen) = look(at: claim, function, device, map) else { continue }
            proofs.append((claim, Proof(claim.rawValue, result, seen: seen)))
        }
        return proofs
    }

    /// What becomes of one claim; nil: it does not concern this function.
    private mutating func look(
        at claim: ReturnClaim, _ function: EmulatedFunction, _ device: EmulatedDevice, _ map: ReturnMap
    ) -> (Proof.Result, seen: String)? {
        switch claim {
        case .unlocked: device.dsm == nil ? nil : askUnlocked(function, device)
        case .configuration: compareConfiguration(function, device)
        case .forgotten: function.isATSEnabled ? lookForTranslations(function) : nil
        case .insideArrives: sendInside(map, function, device)
        case .outsideFaults: sendOutside(map, function, device)
        case .oldPageUntrusted: sendToOldPage(.untrusted, function, device)
        case .oldPageTrusted: sendToOldPage(.trusted, function, device)
        }
    }

    // MARK: While closed

    private mutating func askUnlocked(
        _ function: EmulatedFunction, _ device: EmulatedDevice
    ) -> (Proof.Result, seen: String) {
        guard let connection = liveConnection(of: device) else {
            let isOwed = tsm.locks[function.address] != nil
            return (.notProven, isOwed ? "no live session" : "no live session; not owed, as it was not locked")
        }
        switch run(.queryState, on: function.address, device, over: connection) {
        case .state(let state): return (state == .configUnlocked ? .proven : .disproven, "\(state)")
        case let other: return (.notProven, other.words)
        }
    }

    private func lookForTranslations(_ function: EmulatedFunction) -> (Proof.Result, seen: String) {
        let held = memory.unit(of: function.address)?.translations(of: function.address.requesterID) ?? []
        return held.first.map { (.disproven, "\(held.count), the first: \($0)") } ?? (.proven, "all were invalidated")
    }

    private func compareConfiguration(
        _ function: EmulatedFunction, _ device: EmulatedDevice
    ) -> (Proof.Result, seen: String) {
        guard device.has(function), let saved = software[function.address]?.saved else {
            return (.notProven, "the function does not answer")
        }
        let found = EmulatedFunction.comparable(function.registers.space)
        let wanted = EmulatedFunction.comparable(saved)
        let offset = found.bytes.indices.first { found.bytes[$0] != wanted.bytes[$0] }
        return offset.map { (.disproven, "differs from byte 0x\(hex($0, 3)) on") } ?? (.proven, "4096 bytes")
    }

    // MARK: Behind the gate

    private mutating func sendInside(
        _ map: ReturnMap, _ function: EmulatedFunction, _ device: EmulatedDevice
    ) -> (Proof.Result, seen: String) {
        guard let address = map.inside.first?.lowerBound else { return (.notProven, "nothing is mapped") }
        switch tryOut(function, device, .untrusted, address) {
        case .arrived: return (.proven, "64 bytes at \(hexAddress(address))")
        case .stopped(let stop): return (.disproven, stop.text(names(in: function.address.segment)))
        }
    }

    /// Every address outside the map. What the gate stops shows nothing: everything would be.
    private mutating func sendOutside(
        _ map: ReturnMap, _ function: EmulatedFunction, _ device: EmulatedDevice
    ) -> (Proof.Result, seen: String) {
        var seen: [String] = []
        for address in map.outside {
            switch tryOut(function, device, .untrusted, address) {
            case .arrived: return (.disproven, "it arrived at \(hexAddress(address))")
            case .stopped(let stop):
                let words = stop.text(names(in: function.address.segment))
                guard stop.isByCheck, stop.name != "gate" else { return (.notProven, words) }
                seen.append(words)
            }
        }
        let more = seen.count > 1 ? ", and at \(seen.count - 1) more" : ""
        return (.proven, (seen.first ?? "") + more)
    }

    /// By its old address. It may arrive there in a page that is not private any more; whose it is says the ownership
    /// structure, and not what is cached.
    private mutating func sendToOldPage(
        _ tBit: TBit, _ function: EmulatedFunction, _ device: EmulatedDevice
    ) -> (Proof.Result, seen: String)? {
        guard let page = software[function.address]?.lastPrivatePage else { return nil }
        let address = memory.deviceAddress(page, tBit, of: function.address)
        switch tryOut(function, device, tBit, address) {
        case .stopped(let stop):
            return (stop.isByCheck ? .proven : .notProven, stop.text(names(in: function.address.segment)))
        case .arrived(let segments):
            let owners = segments.compactMap { memory.unit(of: function.address)?.ownership.owner(of: $0.physical) }
            let isPrivate = owners.contains { if case .private = $0 { true } else { false } }
            let found = owners.first.map { $0.text(names(in: function.address.segment)) } ?? "no memory"
            return (isPrivate ? .disproven : .proven, "\(hexAddress(address)) leads to a \(found)")
        }
    }

    /// Bus mastering is switched on for the purpose where it is off, unless the TDI is locked: switching it off again would
    /// break the lock.
    private mutating func asBusMaster<Result>(
        _ function: EmulatedFunction, _ device: EmulatedDevice, _ body: (inout Self) -> Result
    ) -> Result {
        let isUnlocked = (device.tdi(function.address.requesterID)?.state ?? .configUnlocked) == .configUnlocked
        let wasMaster = function.canMaster || !isUnlocked
        if !wasMaster { setCommand(.busMaster, true, of: function, device) }
        let result = body(&self)
        if !wasMaster { setCommand(.busMaster, false, of: function, device) }
        return result
    }
}
