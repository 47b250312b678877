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
        guard let failed = proofs.first(where: { $0.result != .proven }) else {
            return EffectReport(.succeeded, "T=1 arrives in private memory, T=0 faults", proofs: proofs)
        }
        return EffectReport(.failed(.notProven), "\(failed.claim): \(failed.seen)", proofs: proofs)
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
        switch tryOut(function, device, tBit, address) {
        case .stopped(let stop):
            return Proof(
                claim, stop.isByCheck ? .proven : .notProven, seen: stop.text(names(in: function.address.segment)))
        case .arrived: return Proof(claim, .disproven, seen: "it arrived at \(hexAddress(address))")
        }
    }

    /// One read, whatever the device's own rules say of it; by T=1 over the stream of its connection.
    mutating func tryOut(
        _ function: EmulatedFunction, _ device: EmulatedDevice, _ tBit: TBit, _ address: UInt64
    ) -> DMAOutcome {
        let stream = tBit == .trusted ? tsm.connections[device.address]?.stream : nil
        return send(.read(64, at: address, from: function.address.requesterID, tBit, over: stream), from: device)
    }
}

extension DMAStop {
    /// Whether something that looks at every DMA turned it down. Otherwise there was no DMA to look at.
    var isByCheck: Bool {
        switch self {
        case .fault(let fault): fault.check != .busMasterDisabled
        case .noSecureStream, .integrityCheckFailed: true
        case .notSent, .deviceGone, .foreignRequester: false
        }
    }
}
