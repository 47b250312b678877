internal import Assignment
internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import TDISP

// Resets as the host's kernel makes them: registers saved, reset, a wait, registers brought back.

extension HostModel {
    mutating func resetFunction(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        guard device.has(function) else { return EffectReport(.failed(.deviceGone), "the function is not there") }
        guard let express = try? ExpressCapability(in: function.registers.space),
            express.deviceCapabilities.contains(.functionLevelReset)
        else { return EffectReport(.failed(.unsupported), "the function has no FLR") }
        dropPeers(of: function.address)
        let saved = function.registers.space
        write(
            express.setting(express.deviceControl.union(.initiateFunctionLevelReset)), to: function, of: device)
        advance(latencies.functionReset, device)
        guard let waited = waitUntilReady(device) else {
            return EffectReport(.failed(.timedOut), "Request Retry Status for longer than 60 s after its FLR")
        }
        guard device.has(function) else { return EffectReport(.failed(.deviceGone), "the function does not answer") }
        restore(saved, of: function, device)
        guard function === device.functions[0] else {
            return EffectReport(.succeeded, "FLR, the function answers\(waited)")
        }
        loseSession(of: device, .deviceReset)
        return EffectReport(.succeeded, "FLR of function 0, session and stream ended, the function answers\(waited)")
    }

    /// Asks again and again, with doubling pauses, until the function no longer answers Request Retry Status (PCIe 6.0,
    /// 2.3.1). Gives what is to be said of the wait; nil: it did not end in time.
    private mutating func waitUntilReady(_ device: EmulatedDevice) -> String? {
        guard !device.defects.contains(.resetHangs) else {
            advance(latencies.readiness, device)
            return nil
        }
        guard device.takeDefect(.slowReset) else { return "" }
        var (waited, pause) = (UInt64(0), latencies.backoff)
        while waited < latencies.slowReadiness {
            advance(pause, device)
            (waited, pause) = (waited + pause, pause * 2)
        }
        return " after \(waited / 1_000_000) ms of Request Retry Status"
    }

    /// Waits, and nothing else happens: the device stays closed.
    mutating func pause(_ seconds: UInt16, _ device: EmulatedDevice) -> EffectReport {
        advance(UInt64(seconds) * 1_000_000_000, device)
        return EffectReport(.succeeded, "\(seconds) s")
    }

    mutating func resetDevice(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        for each in device.functions { dropPeers(of: each.address) }
        let saved = device.functions.map(\.registers.space)
        resetConventionally(device)
        advance(latencies.conventionalReset, device)
        guard device.isPresent else { return EffectReport(.failed(.deviceGone), "the device does not answer") }
        for (each, space) in zip(device.functions, saved) {
            restore(space, of: each, device)
            clearFence(of: each)
        }
        noticeReset(of: device.functions.filter { $0 !== function }, device)
        let siblings = device.functions.count - 1
        return EffectReport(.succeeded, "conventional reset, \(siblings) siblings with it, the device answers")
    }

    /// The reset itself, whoever asked for it. Every interface is CONFIG_UNLOCKED afterwards.
    mutating func resetConventionally(_ device: EmulatedDevice) {
        device.resetConventionally()
        tsm.boots[device.address, default: 0] += 1
        device.rootPort.take(.lost(.reset))
        followBusMastering(of: device)
        for each in device.allFunctions { tsm.locks[each.address] = nil }
        loseSession(of: device, .deviceReset)
    }

    /// The TSM learns that a session is over.
    mutating func loseSession(of device: EmulatedDevice, _ loss: ConnectionLoss) {
        guard let connection = tsm.connections[device.address], !connection.isLost else { return }
        connection.isLost = true
        connection.peer.requester.endAll()
        device.rootPort.take(.lost(.sessionEnded))
        notices.post(.connection(loss), of: device.address)
    }

    mutating func noticeReset(of functions: [EmulatedFunction], _ device: EmulatedDevice) {
        for each in functions where software[each.address]?.domain != nil {
            notices.post(.device(each.address, .deviceReset), of: device.address)
        }
    }

    mutating func restoreConfiguration(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        guard device.has(function), let saved = software[function.address]?.saved else {
            return EffectReport(.failed(.deviceGone), "the function does not answer")
        }
        let written = restore(saved, of: function, device)
        guard EmulatedFunction.comparable(function.registers.space) == EmulatedFunction.comparable(saved) else {
            return EffectReport(.failed(.other), "the configuration space does not take its old values")
        }
        return EffectReport(.succeeded, written == 0 ? "unchanged" : "\(written) registers written")
    }

    /// Writes registers back that differ, last ones first, so that the command register comes after what it enables.
    /// Gives how many were written.
    @discardableResult
    mutating func restore(
        _ saved: ConfigurationSpace, of function: EmulatedFunction, _ device: EmulatedDevice
    ) -> Int {
        let wanted = EmulatedFunction.comparable(saved)
        let found = EmulatedFunction.comparable(function.registers.space)
        var written = 0
        for offset in stride(from: ConfigurationSpace.size - 4, through: 0, by: -4)
        where wanted.uint32(at: offset) != found.uint32(at: offset) {
            let value = wanted.uint32(at: offset)
            guard let write = try? ConfigurationWrite(offset: offset, width: .doubleword, value: value) else {
                continue
            }
            self.write(write, to: function, of: device)
            written += 1
        }
        return written
    }
}
