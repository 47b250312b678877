import Assignment
import Attestation
import PCIe
import Synchronization
import TDISP

/// A platform that does what the test says: everything succeeds at once, unless it is told to answer otherwise or later.
///
/// It notes an effect before anything else, in the turn of whoever asks for it, so that the order in which effects are issued
/// is the order in the chronicle.
final class ScriptedPlatform: Platform {
    private struct Key: Hashable {
        let effect: EffectName
        let tdi: FunctionAddress?
    }

    private struct State {
        var answers: [Key: [EffectReport]] = [:]
        var gates: [Key: [Gate]] = [:]
        var connectionAnswers: [ConnectionEffectName: [EffectReport]] = [:]
        var connectionGates: [ConnectionEffectName: [Gate]] = [:]
        var notices: [FunctionAddress: [Notice]] = [:]
        var noticesAsked = 0
        var states: [FunctionAddress: TDIState] = [:]
        var functions: [FunctionFacts]? = []
        var withholdsEvidence = false
        var epochOfEvidence: LockEpoch?
        var hooks: [EffectName: @Sendable () -> Void] = [:]
    }

    let chronicle: Chronicle
    private let state = Mutex(State())

    init(_ chronicle: Chronicle) { self.chronicle = chronicle }

    // MARK: Script

    /// The next time that the effect is performed (on this function, or on any) it is answered so.
    func answer(_ effect: EffectName, on tdi: FunctionAddress? = nil, _ reports: EffectReport...) {
        state.withLock { $0.answers[Key(effect: effect, tdi: tdi), default: []] += reports }
    }

    func answer(_ effect: ConnectionEffectName, _ reports: EffectReport...) {
        state.withLock { $0.connectionAnswers[effect, default: []] += reports }
    }

    /// The next time that the effect is performed, its answer is held back.
    func hold(_ effect: EffectName, on tdi: FunctionAddress? = nil) -> Gate {
        let gate = Gate()
        state.withLock { $0.gates[Key(effect: effect, tdi: tdi), default: []].append(gate) }
        return gate
    }

    func hold(_ effect: ConnectionEffectName) -> Gate {
        let gate = Gate()
        state.withLock { $0.connectionGates[effect, default: []].append(gate) }
        return gate
    }

    /// Called when the effect is performed.
    func onPerform(_ effect: EffectName, _ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.hooks[effect] = body }
    }

    /// What is noticed about a DSM when it is asked next.
    func notice(_ dsm: FunctionAddress, _ notices: Notice...) {
        state.withLock { $0.notices[dsm, default: []] += notices }
    }

    /// What a device answers when it is asked for its state; until then it answers CONFIG_UNLOCKED.
    func set(_ tdi: FunctionAddress, _ answer: TDIState) { state.withLock { $0.states[tdi] = answer } }

    /// From now on the collection of evidence succeeds and brings none.
    func withholdEvidence() { state.withLock { $0.withholdsEvidence = true } }

    /// From now on evidence says this epoch, whatever was asked.
    func answerEvidence(ofEpoch epoch: UInt32) { state.withLock { $0.epochOfEvidence = LockEpoch(rawValue: epoch) } }

    /// The functions that the host shows; nil: it cannot be asked.
    func show(_ functions: [FunctionFacts]?) { state.withLock { $0.functions = functions } }

    /// How often notices were asked for.
    var noticesAsked: Int { state.withLock { $0.noticesAsked } }

    // MARK: Platform

    func snapshot() async throws(PlatformError) -> HostSnapshot {
        guard let functions = state.withLock({ $0.functions }) else { throw PlatformError(.unreachable, "no answer") }
        return HostSnapshot(platform: "scripted", functions: functions, domains: [], bridges: [])
    }

    func perform(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        await play(effect.name, on: tdi)
    }

    func perform(_ effect: ConnectionEffect, on dsm: FunctionAddress) async -> EffectReport {
        chronicle.add(.connection(effect.name))
        let (gate, report) = state.withLock { state in
            (state.connectionGates.takeFirst(effect.name), state.connectionAnswers.takeFirst(effect.name))
        }
        await gate?.pass()
        return report ?? EffectReport(.succeeded)
    }

    func collectEvidence(from tdi: FunctionAddress, epoch: LockEpoch, nonce: [UInt8]) async -> EvidenceReport {
        let report = await play(.collectEvidence, on: tdi)
        let (isWithheld, other) = state.withLock { ($0.withholdsEvidence, $0.epochOfEvidence) }
        guard report.outcome == .succeeded, !isWithheld else { return EvidenceReport(report) }
        return EvidenceReport(report, evidence: .sample(of: tdi, other ?? epoch, nonce))
    }

    func notices(of dsm: FunctionAddress) async -> [Notice] {
        state.withLock { state in
            state.noticesAsked += 1
            return state.notices.removeValue(forKey: dsm) ?? []
        }
    }

    func publish(_ binding: DomainBinding) async -> EffectReport {
        chronicle.add(.published(binding))
        return EffectReport(.succeeded)
    }

    private func play(_ effect: EffectName, on tdi: FunctionAddress) async -> EffectReport {
        chronicle.add(.performed(effect, tdi))
        state.withLock({ $0.hooks[effect] })?()
        let (here, anywhere) = (Key(effect: effect, tdi: tdi), Key(effect: effect, tdi: nil))
        let (gate, report) = state.withLock { state in
            (
                state.gates.takeFirst(here) ?? state.gates.takeFirst(anywhere),
                state.answers.takeFirst(here) ?? state.answers.takeFirst(anywhere)
            )
        }
        await gate?.pass()
        if let report { return report }
        guard effect == .askState else { return EffectReport(.succeeded) }
        return EffectReport(.succeeded, state: state.withLock { $0.states[tdi] } ?? .configUnlocked)
    }
}

extension Dictionary {
    /// Takes the first of what is kept in line for a key.
    fileprivate mutating func takeFirst<Element>(_ key: Key) -> Element? where Value == [Element] {
        guard var line = self[key], !line.isEmpty else { return nil }
        defer { self[key] = line }
        return line.removeFirst()
    }
}

extension Evidence {
    static func sample(of tdi: FunctionAddress, _ epoch: LockEpoch, _ nonce: [UInt8]) -> Evidence {
        Evidence(
            tdi: tdi, epoch: epoch.rawValue, nonce: nonce, rootDigest: [], leafDigest: [], serial: "S-1",
            measurements: [], evidenceSession: 1, lockSession: 1, streamSession: 1, stream: 0, secureStream: 0,
            report: [], identityProven: false)
    }
}
