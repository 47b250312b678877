import Assignment
import AssignmentService
import Attestation
import PCIe
import TDISP
import Testing

@Suite struct EvidenceTests {
    @Test func `the judge gets the evidence, the nonce it was asked under, and what the host shows`() async throws {
        let cases = Cases()
        let rig = try Rig(judge: { cases.judge($0) })
        #expect(await rig.convert().end == .done)
        let judged = try #require(cases.all.first)
        #expect(cases.all.count == 1)
        #expect(judged.tdi == Place.one && judged.epoch.rawValue == 1)
        #expect(judged.nonce == [UInt8](repeating: 7, count: 32) && judged.evidence.nonce == judged.nonce)
        #expect(judged.function?.address == Place.one)
    }

    @Test func `a verdict of no brings the device home with the findings`() async throws {
        let rig = try Rig(judge: { _ in Judgement(accepted: false, findings: ["root not pinned", "stale nonce"]) })
        let result = await rig.convert()
        #expect(
            result.end
                == .failed(
                    Trouble(
                        .effect(.appraise, .failed(.policyRefused)), in: .attesting,
                        detail: "root not pinned; stale nonce")))
        #expect(!rig.chronicle.effects(on: Place.one).contains(.accept))
        #expect(await rig.phase() == .available)
    }

    @Test func `without random bytes no evidence is asked for, and nothing is accepted`() async throws {
        let rig = try Rig(nonce: { nil })
        let result = await rig.convert()
        guard case .failed(let trouble) = result.end else {
            Issue.record("not failed")
            return
        }
        #expect(trouble.what == .effect(.collectEvidence, .failed(.other)))
        let effects = rig.chronicle.effects(on: Place.one)
        #expect(!effects.contains(.collectEvidence) && !effects.contains(.accept))
        #expect(result.state.phase == .available)
    }

    @Test func `evidence that is not there cannot be appraised`() async throws {
        let cases = Cases()
        let rig = try Rig(judge: { cases.judge($0) })
        rig.platform.withholdEvidence()
        let result = await rig.convert()
        guard case .failed(let trouble) = result.end else {
            Issue.record("not failed")
            return
        }
        #expect(
            trouble
                == Trouble(
                    .effect(.appraise, .failed(.policyRefused)), in: .attesting, detail: "no evidence of epoch 1"))
        #expect(cases.all.isEmpty)
    }

    @Test func `evidence dies with its epoch`() async throws {
        let cases = Cases()
        let rig = try Rig(judge: { cases.judge($0) })
        let gate = rig.platform.hold(.reconfirm)
        async let first = rig.convert()
        await gate.reached()
        await rig.service.observe(.streamInsecure, on: Place.one, dsm: Place.one)
        gate.open()
        _ = await first
        rig.platform.withholdEvidence()
        guard case .failed(let trouble) = await rig.convert().end else {
            Issue.record("not failed")
            return
        }
        #expect(trouble.detail == "no evidence of epoch 2")
        #expect(cases.all.map(\.epoch.rawValue) == [1])
    }

    @Test func `evidence that says another epoch is for the judge to see`() async throws {
        let cases = Cases()
        let rig = try Rig(judge: { cases.judge($0) })
        rig.platform.answerEvidence(ofEpoch: 9)
        guard case .failed(let trouble) = await rig.convert().end else {
            Issue.record("not failed")
            return
        }
        #expect(trouble.what == .effect(.appraise, .failed(.policyRefused)))
        #expect(cases.all.map(\.evidence.epoch) == [9])
    }
}

/// A judge that accepts fresh evidence of the epoch, and remembers what it was shown.
final class Cases: Sendable {
    private let list = Shared<[EvidenceCase]>([])

    var all: [EvidenceCase] { list.value }

    func judge(_ evidence: EvidenceCase) -> Judgement {
        list.change { $0.append(evidence) }
        return Judgement(
            accepted: evidence.nonce == evidence.evidence.nonce && evidence.evidence.epoch == evidence.epoch.rawValue,
            findings: [])
    }
}
