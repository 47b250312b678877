import Attestation
import PCIe
import TDISP

/// Evidence and expectations that fit each other: two BARs, the first one split, MSI-X not locked.
struct Dossier: Sendable {
    var evidence = Evidence(
        tdi: Dossier.tdi, epoch: 3, nonce: Dossier.nonce, rootDigest: Dossier.root, leafDigest: [], serial: "A1",
        measurements: [Measurement(index: 1, type: 0, value: [9])], evidenceSession: 7, lockSession: 7,
        streamSession: 7,
        stream: 2, secureStream: 2, report: [], identityProven: true)
    var expectations = Expectations(
        tdi: Dossier.tdi, epoch: 3, nonce: Dossier.nonce, pinnedRoots: [Dossier.other, Dossier.root],
        memory: [
            Expectations.MemoryRange(register: 0, address: 0x8000_0000, size: 0x4000),
            Expectations.MemoryRange(register: 2, address: 0x9000_0000, size: 0x2000),
        ])
    var report = InterfaceReport(
        info: [.noFirmwareUpdate, .dmaWithoutPASID],
        ranges: [
            MMIORange(firstPage: 0x80000, pageCount: 1, id: 0), MMIORange(firstPage: 0x80001, pageCount: 3, id: 0),
            MMIORange(firstPage: 0x90000, pageCount: 2, id: 2),
        ])

    static let tdi = FunctionAddress(requesterID: RequesterID(bus: 0x3B, device: 0, function: 1))
    static let nonce = (0..<32).map { UInt8($0) }
    static let root = [UInt8](repeating: 0xAB, count: 48)
    static let other = [UInt8](repeating: 0xCD, count: 48)

    func with(_ change: (inout Dossier) -> Void) -> Dossier {
        var dossier = self
        change(&dossier)
        return dossier
    }

    /// The verdict on the evidence, with the report as it is described here.
    var verdict: Verdict { verdict(on: report.encoded()) }

    func verdict(on report: [UInt8]) -> Verdict {
        var evidence = evidence
        evidence.report = report
        return BuiltInVerdict().appraise(evidence, against: expectations)
    }
}
