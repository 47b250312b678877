import Attestation
import PCIe
import TDISP
import Testing

@Suite struct BuiltInVerdictTests {
    /// One thing that is wrong, and the finding that says so.
    struct Fault: Sendable, CustomTestStringConvertible {
        let finding: String
        let change: @Sendable (inout Dossier) -> Void
        var testDescription: String { finding }

        init(_ finding: String, _ change: @escaping @Sendable (inout Dossier) -> Void) {
            self.finding = finding
            self.change = change
        }
    }

    private static let faults: [Fault] = [
        Fault("root-pinned: expected cdcdcdcdcdcdcdcd.., seen abababababababab..") {
            $0.expectations.pinnedRoots = [Dossier.other]
        },
        Fault("root-pinned: expected a pinned root, and none is pinned, seen abababababababab..") {
            $0.expectations.pinnedRoots = []
        },
        Fault("root-pinned: expected abababababababab.., seen 47 bytes, which is no SHA-384 digest") {
            $0.evidence.rootDigest = [UInt8](repeating: 0xAB, count: 47)
            $0.expectations.pinnedRoots = [[UInt8](repeating: 0xAB, count: 47)]
        },
        Fault("nonce-fresh: expected the nonce that was asked under, seen another one") { $0.evidence.nonce[31] ^= 1 },
        Fault("nonce-fresh: expected 32 bytes, seen 31") { $0.evidence.nonce.removeLast() },
        Fault("nonce-fresh: expected 32 bytes, seen 33") { $0.evidence.nonce.append(0) },
        Fault("nonce-fresh: expected to be asked under 32 bytes, seen 0") {
            $0.expectations.nonce = []
            $0.evidence.nonce = []
        },
        Fault("interface: expected 0000:3b:00.1, seen 0000:3b:00.2") {
            $0.evidence.tdi = FunctionAddress(requesterID: RequesterID(bus: 0x3B, device: 0, function: 2))
        },
        Fault("epoch: expected 3, seen 2") { $0.evidence.epoch = 2 },
        Fault("one-session: expected one session for all, seen evidence 8, lock 7, stream keys 7") {
            $0.evidence.evidenceSession = 8
        },
        Fault("one-session: expected one session for all, seen evidence 7, lock 8, stream keys 7") {
            $0.evidence.lockSession = 8
        },
        Fault("one-session: expected one session for all, seen evidence 7, lock 7, stream keys 8") {
            $0.evidence.streamSession = 8
        },
        Fault("one-session: expected session 9 for all, seen evidence 7, lock 7, stream keys 7") {
            $0.expectations.session = 9
        },
        Fault("secure-stream: expected the Secure stream bound, seen bound 2, Secure 3") {
            $0.evidence.secureStream = 3
        },
        Fault("secure-stream: expected stream 4, Secure, seen bound 2, Secure 2") { $0.expectations.stream = 4 },
    ]

    @Test func `evidence that fits is accepted, with what was not judged`() {
        #expect(Dossier().verdict == .accepted(notes: ["measurements not judged: 1, and no policy"]))
        #expect(Dossier().verdict.isAccepted)
    }

    @Test func `an identity that is only claimed is accepted and noted as such`() {
        let verdict = Dossier().with {
            $0.evidence.identityProven = false
            $0.evidence.measurements = []
        }.verdict
        #expect(verdict == .accepted(notes: ["identity claimed, not proven", "no measurements"]))
    }

    @Test func `a root and a nonce that were judged before are not judged again`() {
        let verdict = Dossier().with {
            $0.expectations.pinnedRoots = nil
            $0.expectations.nonce = nil
            $0.evidence.rootDigest = []
            $0.evidence.nonce = []
        }.verdict
        #expect(verdict.isAccepted)
    }

    @Test func `what the owner knows and the evidence says may agree`() {
        let verdict = Dossier().with {
            $0.expectations.session = 7
            $0.expectations.stream = 2
        }.verdict
        #expect(verdict.isAccepted)
    }

    @Test(arguments: faults) func `one fault alone is the one finding`(fault: Fault) {
        let verdict = Dossier().with(fault.change).verdict
        #expect(verdict.lines == [fault.finding])
        #expect(!verdict.isAccepted)
    }

    @Test(arguments: 0..<32) func `a nonce that differs in one byte is another one`(byte: Int) {
        #expect(!Dossier().with { $0.evidence.nonce[byte] ^= 0x80 }.verdict.isAccepted)
    }

    @Test func `no finding shows the bytes of a nonce`() {
        let secret = Dossier().with {
            $0.expectations.nonce = [UInt8](repeating: 0x5A, count: 32)
            $0.evidence.nonce = [UInt8](repeating: 0xA5, count: 32)
        }
        let text = secret.verdict.lines.joined().lowercased()
        #expect(!text.contains("5a5a") && !text.contains("a5a5") && !text.contains("90, 90") && !text.contains("165"))
    }

    @Test func `everything wrong at once is all found at once`() {
        let verdict = Dossier().with { dossier in
            dossier.expectations.pinnedRoots = []
            dossier.evidence.nonce[0] ^= 1
            dossier.evidence.tdi = FunctionAddress(requesterID: RequesterID(bus: 1, device: 0, function: 0))
            dossier.evidence.epoch = 9
            dossier.evidence.lockSession = 1
            dossier.evidence.secureStream = 9
            dossier.report.ranges = [
                MMIORange(firstPage: 0x90001, pageCount: 2, id: 2), MMIORange(firstPage: 0x90002, pageCount: 1, id: 2),
                MMIORange(firstPage: 0x1, pageCount: 1, attributes: .msixTable, id: 1),
            ]
        }.verdict
        guard case .refused(let findings) = verdict else {
            Issue.record("accepted")
            return
        }
        #expect(
            findings.map(\.check) == [
                .rootPinned, .nonceFresh, .interface, .epoch, .oneSession, .secureStream, .reportBounds, .reportBounds,
                .reportRegisters, .reportOrder, .reportOverlap, .reportMSIX,
            ])
    }

    @Test func `a report that cannot be read hides nothing else`() {
        let verdict = Dossier().with { $0.evidence.epoch = 1 }.verdict(on: [])
        #expect(
            verdict.lines == [
                "epoch: expected 3, seen 1",
                "report-form: expected an interface report, seen truncated at byte 0: INTERFACE_INFO",
            ])
    }

    @Test func `a policy is a verifier as well, and can build on this one`() {
        struct SerialPolicy: Verifier {
            let serial: String
            func appraise(_ evidence: Evidence, against expectations: Expectations) -> Verdict {
                let own =
                    evidence.serial == serial
                    ? [] : [Finding(Check(rawValue: "serial"), expected: serial, seen: evidence.serial)]
                switch BuiltInVerdict().appraise(evidence, against: expectations) {
                case .accepted(let notes): return own.isEmpty ? .accepted(notes: notes) : .refused(own)
                case .refused(let findings): return .refused(findings + own)
                }
            }
        }
        let policy: any Verifier = SerialPolicy(serial: "B2")
        var dossier = Dossier().with { $0.evidence.epoch = 4 }
        dossier.evidence.report = dossier.report.encoded()
        #expect(
            policy.appraise(dossier.evidence, against: dossier.expectations).lines == [
                "epoch: expected 3, seen 4", "serial: expected B2, seen A1",
            ])
    }
}
