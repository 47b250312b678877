internal import Assignment
internal import IOMMU
internal import PCIe
internal import TDISP

// The platform's cuts, each carried out as the platform has it, and believed only when it shows.

extension HostModel {
    /// Whether the platform's tables are cleaned up behind STOP, and not before it.
    var stopsFirst: Bool { memory.profile.platform.cuts.first?.means == .stop }

    /// Carries out the platform's cut of a rank.
    mutating func cut(_ function: EmulatedFunction, _ device: EmulatedDevice, _ rank: CutRank) -> EffectReport {
        let cuts = memory.profile.platform.cuts
        guard cuts.indices.contains(Int(rank.rawValue)) else {
            return EffectReport(.failed(.unsupported), "\(memory.profile.platform) has \(cuts.count) cuts")
        }
        switch cuts[Int(rank.rawValue)].means {
        case .trustedTableEntry: return closeEntry(function)
        case .stop: return cutByStop(function, device)
        case .forcedError: return forceError(function, device)
        case .streamDisabled: return disableStream(function, device)
        }
    }

    private mutating func closeEntry(_ function: EmulatedFunction) -> EffectReport {
        memory.cutTrusted(function.address)
        time += latencies.tables
        guard let context = memory.context(of: function.address), context.trustedTable == nil else {
            return EffectReport(.failed(.notProven), "the trusted table entry is still there")
        }
        return EffectReport(.succeeded, "trusted table entry closed, nothing passes")
    }

    /// Over the live session. The tables close behind it, as the platform will have it.
    private mutating func cutByStop(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        var report = stop(function, device)
        guard report.outcome == .succeeded else { return report }
        report.detail = "STOP_INTERFACE: \(report.detail), trusted tables closed behind it"
        return report
    }

    /// The host clears Bus Master Enable, which takes the interface to ERROR; that it is clear is read back.
    private mutating func forceError(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        guard device.has(function), device.rootPort.isLinkUp else {
            return EffectReport(.failed(.deviceGone), "the function does not answer")
        }
        setCommand(.busMaster, false, of: function, device)
        memory.hold(function.address, as: .error)
        guard !function.canMaster else {
            return EffectReport(.failed(.notProven), "Bus Master Enable stays set")
        }
        return EffectReport(.succeeded, "Bus Master Enable cleared, nothing is sent")
    }

    /// The host clears Enable at its own end, with which the siblings' T=1 ends too; that is read back.
    private mutating func disableStream(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        time += latencies.configurationWrite
        let port = device.rootPort
        if port.actionFails { port.actionFails = false } else { port.setEnable(false) }
        guard !port.isSecure else {
            return EffectReport(.failed(.notProven), "root port \(port.address) still says Secure")
        }
        memory.hold(function.address, as: .error)
        notices.post(.connection(.streamInsecure), of: device.address)
        return EffectReport(.succeeded, "stream disabled at root port \(port.address), siblings included")
    }
}
