internal import Emulator
internal import PCIe

/// One more fault in a scenario, at every effect, every message and every notice of it, one run for each.
///
/// What a scenario expects is of no matter then: with one more fault it goes another way. But whatever way it goes, no safety
/// rule may be broken, and every device has to come to rest where its state is known.
public enum FaultSweep {
    /// Everything that can go wrong in a scenario, in the order in which it would.
    public static func faults(of scenario: Scenario) async -> [SweptFault] {
        guard let stage = try? Stage(scenario) else { return [] }
        _ = await stage.play(scenario, with: nil)
        let messages = await stage.host.withModel { Exchange.all(in: $0.messages) }
        var counts: [SweptFault.Moment: Int] = [:]
        func occurrence(of first: SweptFault.Moment) -> Int {
            counts[first, default: 0] += 1
            return counts[first] ?? 1
        }
        let effects = stage.recorder.carriedOut.flatMap { effect, function in
            let occurrence = occurrence(of: .effect(effect, of: function, occurrence: 1))
            return SweptFault.Cause.allCases.filter { $0.target == .effect }.map {
                SweptFault($0, at: .effect(effect, of: function, occurrence: occurrence))
            }
        }
        let notices = stage.recorder.heard.flatMap { device in
            let occurrence = occurrence(of: .notice(of: device, occurrence: 1))
            return SweptFault.Cause.allCases.filter { $0.target == .notice }.map {
                SweptFault($0, at: .notice(of: device, occurrence: occurrence))
            }
        }
        return effects + notices
            + messages.flatMap { exchange in
                let occurrence = occurrence(of: .message(exchange.message, of: exchange.device, occurrence: 1))
                return exchange.faults(
                    at: .message(exchange.message, of: exchange.device, occurrence: occurrence))
            }
    }

    /// Plays a scenario with one more fault, and brings every device to rest once faults have stopped. Gives what came of it,
    /// and all that happened.
    public static func run(_ scenario: Scenario, with fault: SweptFault) async -> (result: SweepResult, trace: Trace) {
        do throws(StageError) {
            let stage = try Stage(scenario, doom: Doom(fault))
            let verdict = await stage.play(scenario, with: fault)
            return (
                SweepResult(file: scenario.file, fault: fault, outcome: verdict.outcome, seen: verdict.seen),
                stage.recorder.trace
            )
        } catch {
            return (SweepResult(file: scenario.file, fault: fault, outcome: .broken, seen: error.message), Trace())
        }
    }

    /// What came of a run.
    struct Verdict {
        let outcome: SweepResult.Outcome
        let seen: String
    }
}

/// A request that went to a device, and how long it and its answer were.
private struct Exchange {
    let message: ProtocolMessage
    let device: FunctionAddress
    let requestLength: Int
    /// 0: none came.
    let responseLength: Int

    /// What went over the wire, request by request.
    static func all(in trace: [TracedMessage]) -> [Exchange] {
        trace.indices.filter { trace[$0].direction == .request }.map { index in
            let request = trace[index]
            let answer = trace[(index + 1)...].first { $0.device == request.device }
            return Exchange(
                message: request.message, device: request.device, requestLength: request.bytes.count,
                responseLength: answer.flatMap { $0.direction == .response ? $0.bytes.count : nil } ?? 0)
        }
    }

    /// Everything that can go wrong with it.
    func faults(at moment: SweptFault.Moment) -> [SweptFault] {
        SweptFault.Cause.allCases.filter { $0.target == .message }.flatMap { cause in
            guard cause.isOfBytes else { return [SweptFault(cause, at: moment)] }
            let length = cause == .requestCorrupted ? requestLength : responseLength
            return Self.bytes(of: length).map { SweptFault(cause, at: moment, byte: $0) }
        }
    }

    /// The bytes of a message that are tried: its first two, which say what it is, the middle one and the last.
    private static func bytes(of length: Int) -> [Int] {
        Set([0, 1, length / 2, length - 1]).filter { 0..<length ~= $0 }.sorted()
    }
}

/// Random numbers that are the same for the same seed, to draw a sample by.
public struct SampleGenerator: RandomNumberGenerator {
    private var entropy: SeededEntropy

    /// Creates a generator.
    public init(seed: UInt64) { entropy = SeededEntropy(seed: seed) }

    /// The next 64 bits.
    public mutating func next() -> UInt64 { entropy.next() ?? 0 }
}

/// What came of a scenario with one more fault.
public struct SweepResult: Hashable, Sendable {
    /// The scenario's file as it was given.
    public let file: String
    /// What went wrong.
    public let fault: SweptFault
    /// Where its devices ended; of several, the one that is worst off.
    public let outcome: Outcome
    /// The rule that was broken and what was seen of it; empty when none was.
    public let seen: String

    /// Whether no rule was broken, and every device is at rest.
    public var isSound: Bool { outcome != .broken && outcome != .unreached }

    /// Where a device ended, best first.
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// In private operation: it answers RUN, and its T=1 arrives in private memory of its domain.
        case `private`
        case attached, available, quarantined
        /// The fault never happened: the scenario did not come to its moment again.
        case unreached
        /// A safety rule was broken, or a device is in between.
        case broken
    }
}

extension SweepResult: CustomStringConvertible {
    /// One line: the file, the fault, and what came of it.
    public var description: String {
        "\(file): \(fault): \(outcome.rawValue)\(seen.isEmpty ? "" : ": \(seen)")"
    }
}
