public import Assignment
internal import Attestation
public import PCIe
internal import SPDM
internal import TDISP

extension HostModel {
    /// Collects what a function's device shows in a lock epoch, under the owner's nonce.
    public mutating func collectEvidence(
        from tdi: FunctionAddress, epoch: LockEpoch, nonce: [UInt8]
    ) -> EvidenceReport {
        switch beginEffect(.assignment(.collectEvidence), on: tdi) {
        case .skip(let report): return EvidenceReport(report)
        case .perform(let ending):
            var answer = gather(tdi, epoch, nonce)
            answer.report = endEffect(answer.report, ending)
            if answer.report.outcome != .succeeded { answer.evidence = nil }
            return answer
        }
    }

    private mutating func gather(_ tdi: FunctionAddress, _ epoch: LockEpoch, _ nonce: [UInt8]) -> EvidenceReport {
        guard let (device, _) = locate(tdi), let connection = liveConnection(of: device) else {
            return EvidenceReport(.noConnection)
        }
        guard let lock = tsm.locks[tdi], lock.epoch == epoch.rawValue else {
            return EvidenceReport(EffectReport(.failed(.other), "there is no lock of epoch \(epoch)"))
        }
        let result = run(.fetchReport, on: tdi, device, over: connection)
        guard case .report(let bytes) = result else { return EvidenceReport(report(result)) }
        guard let claims = askIdentity(of: device, nonce: nonce) else {
            return EvidenceReport(EffectReport(.failed(.timedOut), "no answer to GET_MEASUREMENTS"))
        }
        guard let keySession = device.rootPort.stream.keys?.session, connection.isSecure(on: device) else {
            return EvidenceReport(EffectReport(.failed(.connectionLost), "the stream is not Secure"))
        }
        tsm.locks[tdi]?.report = bytes
        let evidence = Evidence(
            tdi: tdi, epoch: epoch.rawValue, nonce: claims.nonce, rootDigest: claims.rootDigest,
            leafDigest: claims.leafDigest, serial: claims.serial, measurements: claims.measurements,
            evidenceSession: connection.session.rawValue, lockSession: lock.session.rawValue,
            streamSession: keySession.rawValue, stream: lock.stream.rawValue,
            secureStream: connection.stream.rawValue, report: bytes, identityProven: false)
        return EvidenceReport(
            EffectReport(.succeeded, "serial \(claims.serial), report of \(bytes.count) bytes"), evidence: evidence)
    }

    /// Asks a device who it is. A plain channel carries the claim and proves nothing.
    mutating func askIdentity(of device: EmulatedDevice, nonce: [UInt8]) -> IdentityClaims? {
        guard exchangeEvent(.getMeasurements, with: device), device.hasSession else { return nil }
        return IdentityClaims(device.description, device.identity, nonce: nonce, digest: digest)
    }

    mutating func compareIdentity(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        guard liveConnection(of: device) != nil else { return .noConnection }
        guard let known = tsm.knownIdentities[device.address] else {
            return EffectReport(.failed(.other), "nothing is known of the device from before")
        }
        guard let claims = askIdentity(of: device, nonce: []) else {
            return EffectReport(.failed(.timedOut), "no answer to GET_MEASUREMENTS")
        }
        guard claims.isSameDevice(as: known) else {
            return EffectReport(.failed(.identityChanged), "serial \(claims.serial), before \(known.serial)")
        }
        return EffectReport(.succeeded, "serial \(claims.serial), same certificate and measurements")
    }
}
