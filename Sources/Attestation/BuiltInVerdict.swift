import PCIe
import TDISP
import WireBytes

/// The verdict that needs no policy: the device's root is pinned, its evidence is fresh and of this lock epoch, one
/// session keyed the stream, locked the interface and brought the evidence, and the report is consistent with the BARs.
///
/// What the report says cannot be checked against the device's firmware here: measurements are not judged.
public struct BuiltInVerdict: Verifier {
    /// Creates the verdict; it has no settings.
    public init() {}

    /// Judges evidence. All findings at once: none is hidden by an earlier one.
    public func appraise(_ evidence: Evidence, against expectations: Expectations) -> Verdict {
        let report = ReportAppraisal(evidence.report, expectations)
        let findings =
            root(evidence, expectations) + nonce(evidence, expectations) + place(evidence, expectations)
            + session(evidence, expectations) + stream(evidence, expectations) + report.findings
        return findings.isEmpty ? .accepted(notes: notes(evidence) + report.notes) : .refused(findings)
    }

    private func root(_ evidence: Evidence, _ expectations: Expectations) -> [Finding] {
        guard let roots = expectations.pinnedRoots else { return [] }
        let isDigest = evidence.rootDigest.count == Self.digestSize
        guard !isDigest || !roots.contains(evidence.rootDigest) else { return [] }
        let pinned = roots.map(short).joined(separator: " or ")
        return [
            Finding(
                .rootPinned, expected: pinned.isEmpty ? "a pinned root, and none is pinned" : pinned,
                seen: isDigest
                    ? short(evidence.rootDigest) : "\(evidence.rootDigest.count) bytes, which is no SHA-384 digest")
        ]
    }

    /// The bytes of a nonce are never shown.
    private func nonce(_ evidence: Evidence, _ expectations: Expectations) -> [Finding] {
        guard let expected = expectations.nonce else { return [] }
        guard let asked = Self.nonce(expected) else {
            return [Finding(.nonceFresh, expected: "to be asked under 32 bytes", seen: "\(expected.count)")]
        }
        guard let shown = Self.nonce(evidence.nonce) else {
            return [Finding(.nonceFresh, expected: "32 bytes", seen: "\(evidence.nonce.count)")]
        }
        return constantTimeEqual(asked, shown)
            ? [] : [Finding(.nonceFresh, expected: "the nonce that was asked under", seen: "another one")]
    }

    private func place(_ evidence: Evidence, _ expectations: Expectations) -> [Finding] {
        var findings: [Finding] = []
        if evidence.tdi != expectations.tdi {
            findings.append(Finding(.interface, expected: "\(expectations.tdi)", seen: "\(evidence.tdi)"))
        }
        if evidence.epoch != expectations.epoch {
            findings.append(Finding(.epoch, expected: "\(expectations.epoch)", seen: "\(evidence.epoch)"))
        }
        return findings
    }

    private func session(_ evidence: Evidence, _ expectations: Expectations) -> [Finding] {
        let expected = expectations.session ?? evidence.lockSession
        let sessions = [evidence.evidenceSession, evidence.lockSession, evidence.streamSession]
        guard sessions.contains(where: { $0 != expected }) else { return [] }
        return [
            Finding(
                .oneSession, expected: expectations.session.map { "session \($0) for all" } ?? "one session for all",
                seen: "evidence \(sessions[0]), lock \(sessions[1]), stream keys \(sessions[2])")
        ]
    }

    private func stream(_ evidence: Evidence, _ expectations: Expectations) -> [Finding] {
        let expected = expectations.stream ?? evidence.secureStream
        guard evidence.stream != expected || evidence.secureStream != expected else { return [] }
        return [
            Finding(
                .secureStream,
                expected: expectations.stream.map { "stream \($0), Secure" } ?? "the Secure stream bound",
                seen: "bound \(evidence.stream), Secure \(evidence.secureStream)")
        ]
    }

    private func notes(_ evidence: Evidence) -> [String] {
        let count = evidence.measurements.count
        let measurements = count == 0 ? "no measurements" : "measurements not judged: \(count), and no policy"
        return (evidence.identityProven ? [] : ["identity claimed, not proven"]) + [measurements]
    }

    // MARK: Bytes

    private static let digestSize = 48

    private static func nonce(_ bytes: [UInt8]) -> InlineArray<32, UInt8>? {
        guard bytes.count == 32 else { return nil }
        return InlineArray<32, UInt8> { bytes[$0] }
    }

    /// The beginning of a digest, enough to tell two apart.
    private func short(_ digest: [UInt8]) -> String { digest.prefix(8).map { hex($0, 2) }.joined() + ".." }
}
