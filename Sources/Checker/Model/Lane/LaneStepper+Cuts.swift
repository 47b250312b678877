internal import Assignment
internal import IOMMU
internal import PCIe
internal import TDISP

// The platform's cuts, in the order of its own table, each carried out as the emulated platform does it.

extension CheckerModel {
    /// The platform's cut of a rank; nil: it has no more.
    func cut(_ rank: CutRank) -> PlatformCut? {
        let cuts = profile.platform.cuts
        return cuts.indices.contains(Int(rank.rawValue)) ? cuts[Int(rank.rawValue)] : nil
    }

    /// Whether the platform's cut of a rank takes every interface of the device along.
    func takesSiblings(_ rank: CutRank) -> Bool { cut(rank)?.takes == .dsm }

    /// Whether the platform's tables are cleaned up behind STOP, and not before it.
    var stopsFirst: Bool { cut(.first)?.means == .stop }
}

extension LaneStepper {
    /// Cuts T=1 off by the platform's means of a rank. `fails`: what a device has to do for it does not work.
    func cut(_ rank: CutRank, _ lane: inout Lane, fails: Bool = false) -> Outcome {
        switch model.cut(rank)?.means {
        case .trustedTableEntry?: closeEntry(&lane)
        case .stop?: stop(&lane, fails: fails)
        case .forcedError?: forceError(&lane)
        case .streamDisabled?: disableStream(&lane)
        case nil: .failed(.unsupported)
        }
    }

    private func closeEntry(_ lane: inout Lane) -> Outcome {
        perform([.hold(.error), .detachTrusted, .invalidateTrusted, .invalidateUntrusted], on: &lane)
        return .succeeded
    }

    /// Bus mastering is cleared, which breaks a lock. A driver may switch it on again: the gate is shut by then.
    private func forceError(_ lane: inout Lane) -> Outcome {
        guard lane.device.isPresent else { return .failed(.deviceGone) }
        if lane.platform.isBusMaster { interface(.incident(.configurationChanged(.busMasterDisabled)), &lane) }
        perform(.hold(.error), on: &lane)
        return .succeeded
    }

    private func disableStream(_ lane: inout Lane) -> Outcome {
        perform(.hold(.error), on: &lane)
        end(.disable, atDevice: false, &lane)
        return .succeeded
    }

    /// Whatever makes the TSM send a STOP: nothing of the interface is open any more when it goes out, unless the platform
    /// cleans up behind it.
    func stop(_ lane: inout Lane, fails: Bool) -> Outcome {
        guard lane.device.isSessionAlive else { return .failed(.connectionLost) }
        if !model.stopsFirst { closeTables(&lane) }
        let event = TDI.Event.request(.stop, over: DeviceValues.session)
        guard interface(event, &lane, fails: fails) == .configUnlocked else { return .failed(.deviceRefused) }
        if model.stopsFirst { closeTables(&lane) }
        // A fence that this function's DMA put up falls with what put it up.
        perform(.clearFence, on: &lane)
        lane.memory.isFenceOwed = false
        return .succeeded
    }

    /// What the TSM asks of an interface that it takes for locked, and that is not, makes it send STOP by itself.
    func stopIfDoubtful(_ lane: inout Lane) {
        switch lane.device.tdi {
        case .configLocked, .run: return
        case .configUnlocked, .error: break
        }
        if !model.stopsFirst { closeTables(&lane) }
        interface(.request(.stop, over: DeviceValues.session), &lane)
    }

    private func closeTables(_ lane: inout Lane) {
        perform([.hold(.error), .detachTrusted, .land, .invalidateTrusted, .invalidateUntrusted], on: &lane)
    }
}
