internal import Assignment
internal import IOMMU
internal import PCIe
internal import TDISP

// What can be shown by looking and by trying: every DMA here goes the whole way.

extension HostModel {
    mutating func probePrivate(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        guard let domain = software[function.address]?.domain.flatMap({ domains[$0] }),
            let page = domain.firstPrivatePage
        else { return EffectReport(.failed(.other), "no domain with a private page holds the function") }
        advance(latencies.message, device)
        let seenUntrusted = memory.deviceAddress(page, .untrusted, of: function.address)
        let proofs = [
            proveTrustedArrives(function, device, page, domain),
            proveStops(function, device, .untrusted, seenUntrusted, "a private page"),
        ]
        return conclude(proofs, requiring: proofs, "T=1 arrives in private memory, T=0 faults")
    }

    private mutating func proveTrustedArrives(
        _ function: EmulatedFunction, _ device: EmulatedDevice, _ page: UInt64, _ domain: EmulatedDomain
    ) -> Proof {
        let claim = "T=1 to a private page arrives"
        guard case .emit(.trusted, let stream) = emission(of: function, device) else {
            return Proof(claim, .disproven, seen: "the device does not send T=1")
        }
        let pattern = (0..<64).map { UInt8(truncatingIfNeeded: time >> 8) ^ $0 }
        let target = memory.deviceAddress(page, .trusted, of: function.address)
        let packet = TLP.write(pattern, at: target, from: function.address.requesterID, .trusted, over: stream)
        switch send(packet, from: device) {
        case .stopped(let stop): return Proof(claim, .disproven, seen: stop.text(names(in: function.address.segment)))
        case .arrived:
            let found = memory.contents.read(64, at: domain.base + page)
            return Proof(claim, found == pattern ? .proven : .disproven, seen: "64 bytes at \(hexAddress(target))")
        }
    }

    /// One DMA that must not arrive. That nothing was sent shows nothing.
    private mutating func proveStops(
        _ function: EmulatedFunction, _ device: EmulatedDevice, _ tBit: TBit, _ address: UInt64, _ target: String
    ) -> Proof {
        let claim = "\(tBit) to \(target) faults"
        let stream = tBit == .trusted ? tsm.connections[device.address]?.stream : nil
        let packet = TLP.read(64, at: address, from: function.address.requesterID, tBit, over: stream)
        switch send(packet, from: device) {
        case .stopped(let stop):
            return Proof(
                claim, stop.isByCheck ? .proven : .notProven, seen: stop.text(names(in: function.address.segment)))
        case .arrived: return Proof(claim, .disproven, seen: "it arrived at \(hexAddress(address))")
        }
    }

    /// Nothing may be disproven, and nothing that is required may be left open.
    private func conclude(_ proofs: [Proof], requiring required: [Proof], _ detail: String) -> EffectReport {
        let open = required.first { $0.result != .proven }
        guard let failed = open ?? proofs.first(where: { $0.result == .disproven }) else {
            return EffectReport(.succeeded, detail, proofs: proofs)
        }
        return EffectReport(.failed(.notProven), "\(failed.claim): \(failed.seen)", proofs: proofs)
    }

    // MARK: Return

    mutating func proveReturn(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        let state = device.dsm == nil ? [] : [proveUnlocked(function, device)]
        let configuration = proveConfiguration(function)
        let dma = proveDMA(function, device)
        // A lock that the TSM holds is not known to be gone before the device says so.
        let isOwed = tsm.locks[function.address] != nil
        let cached = function.isATSEnabled ? [proveForgotten(function)] : []
        return conclude(
            state + [configuration] + dma + cached, requiring: (isOwed ? state : []) + dma + cached,
            "the function is back in ordinary operation")
    }

    private mutating func proveUnlocked(_ function: EmulatedFunction, _ device: EmulatedDevice) -> Proof {
        let claim = "state is CONFIG_UNLOCKED"
        guard let connection = liveConnection(of: device) else {
            return Proof(claim, .notProven, seen: "no live session")
        }
        switch run(.queryState, on: function.address, device, over: connection) {
        case .state(let state):
            return Proof(claim, state == .configUnlocked ? .proven : .disproven, seen: "\(state)")
        case let other: return Proof(claim, .notProven, seen: other.words)
        }
    }

    /// Nothing that was made for its last user is left in the function's own cache.
    private func proveForgotten(_ function: EmulatedFunction) -> Proof {
        let claim = "the function holds no translation"
        let held = memory.unit(of: function.address)?.translations(of: function.address.requesterID) ?? []
        guard let first = held.first else { return Proof(claim, .proven, seen: "all were invalidated") }
        return Proof(claim, .disproven, seen: "\(held.count), the first: \(first)")
    }

    private func proveConfiguration(_ function: EmulatedFunction) -> Proof {
        let claim = "configuration space is as it was saved"
        guard let saved = software[function.address]?.saved else {
            return Proof(claim, .notProven, seen: "none was saved")
        }
        let found = EmulatedFunction.comparable(function.registers.space)
        let wanted = EmulatedFunction.comparable(saved)
        guard let offset = found.bytes.indices.first(where: { found.bytes[$0] != wanted.bytes[$0] }) else {
            return Proof(claim, .proven, seen: "4096 bytes")
        }
        return Proof(claim, .disproven, seen: "differs from byte 0x\(hex(offset, 3)) on")
    }

    /// Outside the map everything faults, and the old private page is out of reach. What is inside arrives, where there is
    /// a map: mappings that were dropped are back only later, and shown then.
    private mutating func proveDMA(_ function: EmulatedFunction, _ device: EmulatedDevice) -> [Proof] {
        asBusMaster(function, device) { host in
            var proofs: [Proof] = []
            if let inside = host.proveInside(function, device) { proofs.append(inside) }
            proofs.append(host.proveStops(function, device, .untrusted, 1 << 46, "an address outside the map"))
            if let page = host.software[function.address]?.lastPrivatePage {
                for tBit in TBit.allCases {
                    let address = host.memory.deviceAddress(page, tBit, of: function.address)
                    proofs.append(host.proveStops(function, device, tBit, address, "the old private page"))
                }
            }
            return proofs
        }
    }

    /// The last part of the proof of return, once the mappings are back.
    mutating func proveRestored(
        _ function: EmulatedFunction, _ device: EmulatedDevice, _ detail: String
    ) -> EffectReport {
        let proofs = asBusMaster(function, device) { host in
            [host.proveInside(function, device) ?? Proof(Self.insideArrives, .notProven, seen: "nothing is mapped")]
        }
        return conclude(proofs, requiring: [], detail)
    }

    /// Bus mastering is switched on for the purpose where it is off, unless the TDI is locked: switching it off again would
    /// break the lock.
    private mutating func asBusMaster(
        _ function: EmulatedFunction, _ device: EmulatedDevice, _ prove: (inout Self) -> [Proof]
    ) -> [Proof] {
        let isUnlocked = (device.tdi(function.address.requesterID)?.state ?? .configUnlocked) == .configUnlocked
        let wasMaster = function.canMaster || !isUnlocked
        if !wasMaster { setCommand(.busMaster, true, of: function, device) }
        let proofs = prove(&self)
        if !wasMaster { setCommand(.busMaster, false, of: function, device) }
        return proofs
    }

    private static let insideArrives = "T=0 inside the map arrives"

    /// Nil where nothing is mapped.
    private mutating func proveInside(_ function: EmulatedFunction, _ device: EmulatedDevice) -> Proof? {
        let requester = function.address.requesterID
        guard let range = memory.unit(of: function.address)?.reachableRanges(of: requester, .untrusted).first else {
            return nil
        }
        switch send(.read(64, at: range.addresses.lowerBound, from: requester, .untrusted), from: device) {
        case .arrived:
            return Proof(Self.insideArrives, .proven, seen: "64 bytes at \(hexAddress(range.addresses.lowerBound))")
        case .stopped(let stop):
            return Proof(Self.insideArrives, .disproven, seen: stop.text(names(in: function.address.segment)))
        }
    }
}

extension DMAStop {
    /// Whether something that looks at every DMA turned it down. Otherwise there was no DMA to look at.
    fileprivate var isByCheck: Bool {
        switch self {
        case .fault, .noSecureStream, .integrityCheckFailed: true
        case .notSent, .deviceGone, .foreignRequester: false
        }
    }
}
