public import Assignment
internal import Attestation
public import PCIe
internal import SPDM
internal import SPDMEndpoints
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
        let shown: MeasurementReport
        switch measure(device, over: connection, nonce: Nonce(exactly: nonce)) {
        case .success(let signed): shown = signed
        case .failure(let failure):
            return EvidenceReport(EffectReport(.failed(failure.engineReason), "no measurements: \(failure)"))
        }
        guard let identity = connection.identity else {
            return EvidenceReport(EffectReport(.failed(.other), "the session's peer has no verified identity"))
        }
        guard let keySession = device.rootPort.stream.keys?.session, connection.isSecure(on: device) else {
            return EvidenceReport(EffectReport(.failed(.connectionLost), "the stream is not Secure"))
        }
        tsm.locks[tdi]?.report = bytes
        let evidence = Evidence(
            tdi: tdi, epoch: epoch.rawValue, nonce: shown.nonceBytes, rootDigest: identity.rootDigest,
            leafDigest: identity.leafDigest, serial: identity.serialNumber,
            measurements: shown.blocks.map { Measurement($0) },
            evidenceSession: connection.session.rawValue, lockSession: lock.session.rawValue,
            streamSession: keySession.rawValue, stream: lock.stream.rawValue,
            secureStream: connection.stream.rawValue, report: bytes, identityProven: !shown.proofs.isEmpty)
        let count = shown.blocks.count
        return EvidenceReport(
            EffectReport(
                .succeeded,
                "serial \(identity.serialNumber) under \(identity.rootName), \(count) signed measurements, "
                    + "report of \(bytes.count) bytes"),
            evidence: evidence)
    }

    /// Measurements that the device signed in a session, under a nonce.
    private mutating func measure(
        _ device: EmulatedDevice, over connection: TSMConnection, nonce: Nonce?
    ) -> Result<MeasurementReport, RequesterFailure> {
        let query = MeasurementQuery(.all, signedBy: 0, nonce: nonce)
        switch run(.measure(query, in: connection.session), with: device) {
        case .success(.measured(let report)): return .success(report)
        case .failure(let failure): return .failure(failure)
        case .success: return .failure(RequesterFailure(.getMeasurements, .closed))
        }
    }

    /// Who the other end of a session is, and what it measures now.
    mutating func askIdentity(
        of device: EmulatedDevice, over connection: TSMConnection
    ) -> Result<KnownIdentity, RequesterFailure> {
        measure(device, over: connection, nonce: nil).flatMap { report in
            guard let identity = connection.identity else {
                return .failure(RequesterFailure(.getMeasurements, .notPossible(.notAuthenticated(slot: 0))))
            }
            return .success(
                KnownIdentity(
                    rootDigest: identity.rootDigest, leafDigest: identity.leafDigest, serial: identity.serialNumber,
                    measurements: report.blocks.map { Measurement($0) },
                    boot: tsm.boots[device.address, default: 0]))
        }
    }

    mutating func compareIdentity(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        guard let connection = liveConnection(of: device) else { return .noConnection }
        guard let known = tsm.knownIdentities[device.address] else {
            return EffectReport(.failed(.other), "nothing is known of the device from before")
        }
        switch askIdentity(of: device, over: connection) {
        case .failure(let failure): return EffectReport(.failed(failure.engineReason), "no measurements: \(failure)")
        case .success(let found): return compare(known, found, device)
        }
    }

    /// Within a boot everything has to be as it was. What is of the boot is taken anew behind the next one.
    private mutating func compare(
        _ known: KnownIdentity, _ found: KnownIdentity, _ device: EmulatedDevice
    ) -> EffectReport {
        let ofBoot = device.description.dsm.bootMeasurement
        let changes = known.changes(to: found, ofBoot: ofBoot)
        guard changes.isEmpty else {
            return EffectReport(
                .failed(.identityChanged),
                "serial \(found.serial), before \(known.serial); changed: \(changes.joined(separator: ", "))")
        }
        tsm.knownIdentities[device.address] = found
        let booted =
            known.measurements == found.measurements ? "" : ", but for measurement \(ofBoot), which is of the boot"
        return EffectReport(.succeeded, "serial \(found.serial), same certificate and measurements\(booted)")
    }
}

extension HostModel {
    /// What the session's peer shows is what the device is known by from now on.
    mutating func adoptIdentity(_ device: EmulatedDevice) -> EffectReport {
        guard let connection = liveConnection(of: device) else { return .noConnection }
        switch askIdentity(of: device, over: connection) {
        case .failure(let failure): return EffectReport(.failed(failure.engineReason), "no measurements: \(failure)")
        case .success(let found):
            let before = tsm.knownIdentities.updateValue(found, forKey: device.address)?.serial ?? "nothing"
            return EffectReport(.succeeded, "serial \(found.serial) on the operator's word, before \(before)")
        }
    }
}

extension Nonce {
    /// A nonce of 32 bytes; nil when there are not as many.
    fileprivate init?(exactly bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(InlineArray { bytes[$0] })
    }
}

extension MeasurementReport {
    /// The nonce that the signature covers; empty without a signature.
    fileprivate var nonceBytes: [UInt8] {
        guard let nonce = proofs.first?.nonce.bytes else { return [] }
        return nonce.indices.map { nonce[$0] }
    }
}

extension Measurement {
    /// A block as it is kept.
    fileprivate init(_ block: MeasurementBlock) {
        self.init(index: block.index, type: block.kind.rawValue, value: Array(block.value))
    }
}
