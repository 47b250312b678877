internal import Assignment
public import Emulator
public import PCIe

/// One more thing that goes wrong in a scenario: a cause, and the moment at which it strikes.
public struct SweptFault: Hashable, Sendable {
    /// What goes wrong.
    public let cause: Cause
    /// At which effect or message.
    public let moment: Moment
    /// Of a corrupted message, which byte of it has one bit changed; 0 for all else.
    public let byte: Int

    /// What can go wrong at an effect or at a message.
    public enum Cause: String, Hashable, Sendable, CaseIterable {
        case effectFails = "effect fails"
        case effectTimesOut = "effect times out"
        case effectNotDone = "outcome unknown, not done"
        case effectDone = "outcome unknown, done"
        case managerDiesBefore = "manager dies before effect"
        case managerDiesAfter = "manager dies after effect"
        case requestLost = "request lost"
        case responseLost = "response lost"
        case requestTwice = "request arrives twice"
        case responseTwice = "response arrives twice"
        case requestCorrupted = "request corrupted"
        case responseCorrupted = "response corrupted"
        case noticeLost = "notice lost"
        case noticeTwice = "notice arrives twice"
        case noticeLate = "notice arrives late"

        /// What a cause strikes at.
        enum Target { case effect, message, notice }

        /// What it strikes at.
        var target: Target {
            switch self {
            case .effectFails, .effectTimesOut, .effectNotDone, .effectDone, .managerDiesBefore, .managerDiesAfter:
                .effect
            case .requestLost, .responseLost, .requestTwice, .responseTwice, .requestCorrupted, .responseCorrupted:
                .message
            case .noticeLost, .noticeTwice, .noticeLate: .notice
            }
        }

        /// Whether it strikes at single bytes of a message.
        var isOfBytes: Bool {
            switch self {
            case .requestCorrupted, .responseCorrupted: true
            case .effectFails, .effectTimesOut, .effectNotDone, .effectDone, .managerDiesBefore, .managerDiesAfter,
                .requestLost, .responseLost, .requestTwice, .responseTwice, .noticeLost, .noticeTwice, .noticeLate:
                false
            }
        }
    }

    /// An effect that a platform carries out, a request to a device, or something that a host tells of a device by itself;
    /// counted from 1 in the whole of a scenario.
    public enum Moment: Hashable, Sendable {
        case effect(EffectFault.Name, of: FunctionAddress, occurrence: Int)
        case message(ProtocolMessage, of: FunctionAddress, occurrence: Int)
        case notice(of: FunctionAddress, occurrence: Int)
    }

    /// Creates a fault.
    public init(_ cause: Cause, at moment: Moment, byte: Int = 0) {
        self.cause = cause
        self.moment = moment
        self.byte = byte
    }

    /// The fault as the emulated host gets it; nil: it is not the host's, but the manager dies, or does not hear it so.
    var injected: InjectedFault? {
        switch moment {
        case .effect(let effect, let function, let occurrence):
            effectAction.map { .effect(EffectFault(effect, occurrence: occurrence, of: function, $0)) }
        case .message(let message, let device, let occurrence):
            messageAction.map { .message(MessageFault(message, occurrence: occurrence, of: device, $0)) }
        case .notice: nil
        }
    }

    private var effectAction: EffectFault.Action? {
        switch cause {
        case .effectFails: .fail(.other)
        case .effectTimesOut: .fail(.timedOut)
        case .effectNotDone: .unknownNotDone
        case .effectDone: .unknownDone
        case .managerDiesBefore, .managerDiesAfter, .requestLost, .responseLost, .requestTwice, .responseTwice,
            .requestCorrupted, .responseCorrupted, .noticeLost, .noticeTwice, .noticeLate:
            nil
        }
    }

    private var messageAction: MessageFault.Action? {
        switch cause {
        case .requestLost: .dropRequest
        case .responseLost: .dropResponse
        case .requestTwice: .duplicateRequest
        case .responseTwice: .duplicateResponse
        case .requestCorrupted: .corruptRequest(at: byte)
        case .responseCorrupted: .corruptResponse(at: byte)
        case .effectFails, .effectTimesOut, .effectNotDone, .effectDone, .managerDiesBefore, .managerDiesAfter,
            .noticeLost, .noticeTwice, .noticeLate:
            nil
        }
    }
}

extension SweptFault: CustomStringConvertible {
    /// For example `accept 2 of 0000:3b:00.1: outcome unknown, done`.
    public var description: String {
        "\(moment): \(cause.rawValue)" + (cause.isOfBytes ? " in byte \(byte)" : "")
    }
}

extension SweptFault.Moment: CustomStringConvertible {
    /// For example `accept 2 of 0000:3b:00.1`.
    public var description: String {
        switch self {
        case .effect(let effect, let function, let occurrence):
            "\(PlatformEffect(name: effect).word) \(occurrence) of \(function)"
        case .message(let message, let device, let occurrence): "\(message.rawValue) \(occurrence) of \(device)"
        case .notice(let device, let occurrence): "notice \(occurrence) of \(device)"
        }
    }
}
