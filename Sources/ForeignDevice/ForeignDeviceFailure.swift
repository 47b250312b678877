public import Attestation
public import SPDM
public import SPDMTransport
public import TDISP

/// Why a conversation with a foreign device ended early.
public struct ForeignDeviceFailure: Error, Sendable {
    /// The step that failed.
    public let step: ForeignDeviceStep
    /// What was wrong.
    public let reason: Reason
    /// What was seen until then.
    public internal(set) var report: ForeignDeviceReport
    /// What could not be undone on the way home, a line each; empty when the device is as it was found.
    public internal(set) var leftovers: [String] = []

    /// What was wrong.
    public enum Reason: Sendable {
        /// The transport does not carry any more.
        case transport(TransportError)
        /// DOE discovery.
        case discovery(DOEDiscoveryWalk.Failure)
        /// SPDM.
        case spdm(RequesterFailure)
        /// The device breaks rules that can be waived, and were not.
        case deviations([ForeignDeviceReport.Admission])
        /// The stream has no keys; and what came instead of an answer of IDE_KM, if that is why.
        case stream(IDERequester.Failure, insteadOfAnswer: RequesterFailure?)
        /// TDISP; and what came instead of an answer of TDISP, if that is why.
        case interface(TDIRequester.Result, insteadOfAnswer: RequesterFailure?)
        /// The evidence is not accepted.
        case refused([Finding])
        /// The conversation took longer than this.
        case overtime(Duration)
        /// Somebody wanted it to end.
        case interrupted
        /// There are no random bits.
        case noRandomness(String)
    }

    /// The deviations that would admit what was met; empty when none does.
    public var deviations: [ForeignDeviation] {
        guard case .deviations(let met) = reason else { return [] }
        return met.map(\.deviation)
    }
}

extension ForeignDeviceFailure: CustomStringConvertible {
    /// One line: the step, what was wrong, and what is left behind.
    public var description: String {
        (["\(step.rawValue): \(reason)"] + leftovers).joined(separator: "; ")
    }
}

extension ForeignDeviceFailure.Reason: CustomStringConvertible {
    /// One line.
    public var description: String {
        switch self {
        case .transport(let error): error.description
        case .discovery(let failure): failure.words
        case .spdm(let failure): failure.description
        case .deviations(let met):
            met.map { "\($0.deviation.explanation) (\($0.seen))" }.joined(separator: "; ") + "; admitted by"
                + met.map { " --allow-deviation \($0.deviation.rawValue)" }.joined()
        case .stream(let failure, let obstacle): Self.words(failure.words, obstacle)
        case .interface(let result, let obstacle): Self.words(result.words, obstacle)
        case .refused(let findings): findings.map(\.description).joined(separator: "; ")
        case .overtime(let limit): "not done after \(limit), which is the limit"
        case .interrupted: "interrupted"
        case .noRandomness(let why): "no random bits: \(why)"
        }
    }

    /// A refusal by SPDM, or an answer that cannot be read, is no answer of TDISP or IDE_KM: their words come second.
    private static func words(_ consequence: String, _ obstacle: RequesterFailure?) -> String {
        obstacle.map { "\($0) (\(consequence))" } ?? consequence
    }
}

extension DOEDiscoveryWalk.Failure {
    fileprivate var words: String {
        switch self {
        case .noAnswer(let index): "no answer to discovery of type \(index)"
        case .malformed(let error): "an answer to discovery cannot be read: \(error)"
        case .notDiscovery(let type): "discovery was answered by an object of type \(type.vendor):\(type.number)"
        case .outOfOrder(let index, let next): "discovery of type \(index) names \(next) as the next"
        case .missing(let type): "the mailbox does not take objects of type \(type.number), which CMA needs"
        }
    }
}
