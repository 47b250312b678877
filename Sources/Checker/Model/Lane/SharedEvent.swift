public import Assignment

/// What concerns every device of a host at once: each takes its part in it, or it does not happen.
public enum SharedEvent: Hashable, Sendable {
    /// The manager dies and comes back.
    case restarted
    /// Something happens to the device whose functions these are. A function's reset is that of function 0.
    case happened(LaneLabel.Happening)
    /// What the connection's machine had begun is over, in one of the ways in which that can be.
    case connectionEnded(UInt8)
    /// What a manager that died had begun with the connection is carried out, and nobody hears of it.
    case connectionEndedUnheard
    /// It is noticed that session or stream is lost.
    case connectionLost(ConnectionLoss)
    /// An operator ends the connection.
    case disconnected
    /// An operator ends the connection by force: what is locked is cut first.
    case disconnectedByForce
    /// The manager finds out what became of the connection, behind the cuts.
    case resumed
    /// It has brought that to an end.
    case settled

    // What one function's step brings about.

    /// Function 0 is reset; an operator has given the sibling up for it, or not.
    case functionZeroReset(isGivenUp: Bool)
    /// Function 0 would be reset, but for its sibling.
    case siblingStands
    /// All of the device is reset.
    case deviceReset
    /// The root port closes the stream.
    case portClosed
    /// One asks for the connection.
    case asked
    /// One asks for new keys, and its sibling may be locked or not.
    case askedForKeys(isSiblingLocked: Bool)

    /// In how many ways at most what was begun with a connection ends.
    static let endings: UInt8 = 5

    /// Those that a model has, the manager's death first.
    static func all(of model: CheckerModel) -> [SharedEvent] {
        guard model.hasSiblings else { return [.restarted] }
        let happenings = LaneLabel.Happening.allCases.filter(\.isOfDevice).map(SharedEvent.happened)
        let losses = [ConnectionLoss.sessionLost, .deviceReset, .streamInsecure].map(SharedEvent.connectionLost)
        return [.restarted] + happenings + (0..<endings).map(SharedEvent.connectionEnded) + losses + [
            .connectionEndedUnheard, .disconnected, .disconnectedByForce, .resumed, .settled, .siblingStands,
            .functionZeroReset(isGivenUp: false), .functionZeroReset(isGivenUp: true),
            .deviceReset, .portClosed, .asked, .askedForKeys(isSiblingLocked: false),
            .askedForKeys(isSiblingLocked: true),
        ]
    }

    /// Whether it happens by itself, and not because of a step of one function.
    var beginsByItself: Bool {
        switch self {
        case .restarted, .happened, .connectionEnded, .connectionEndedUnheard, .connectionLost, .disconnected,
            .disconnectedByForce, .resumed, .settled:
            true
        case .functionZeroReset, .siblingStands, .deviceReset, .portClosed, .asked, .askedForKeys: false
        }
    }

    /// Whether it is a fault.
    var isFault: Bool {
        switch self {
        case .restarted, .happened: true
        case .connectionEnded(let way): way > 0
        case .connectionEndedUnheard, .connectionLost, .disconnected, .disconnectedByForce, .resumed, .settled,
            .functionZeroReset, .siblingStands, .deviceReset, .portClosed, .asked, .askedForKeys:
            false
        }
    }

    /// Whether it happens once faults have stopped and nobody asks for anything.
    var goesOn: Bool {
        switch self {
        case .connectionLost, .resumed, .settled, .functionZeroReset, .siblingStands, .deviceReset, .portClosed,
            .asked, .askedForKeys:
            true
        case .connectionEnded(let way): way == 0
        case .restarted, .happened, .connectionEndedUnheard, .disconnected, .disconnectedByForce: false
        }
    }
}

extension SharedEvent: CustomStringConvertible {
    /// One clause for a person.
    public var description: String {
        switch self {
        case .restarted: "the manager dies and comes back"
        case .happened(let happening): "\(happening)"
        case .connectionEnded(0): "connection: orderly"
        case .connectionEnded(let way): "connection: in trouble (\(way))"
        case .connectionEndedUnheard: "connection: carried out, unheard"
        case .connectionLost(let loss): "connection noticed lost: \(loss.rawValue)"
        case .disconnected: "disconnect"
        case .disconnectedByForce: "disconnect by force"
        case .resumed: "connection taken up again"
        case .settled: "connection settled"
        case .functionZeroReset(let isGivenUp):
            "function 0 is reset\(isGivenUp ? ", whatever becomes of its sibling" : "")"
        case .siblingStands: "a reset of function 0 is held back"
        case .deviceReset: "the device is reset"
        case .portClosed: "the root port closes the stream"
        case .asked: "asks for the connection"
        case .askedForKeys(let isLocked): "asks for new keys\(isLocked ? ", its sibling may be locked" : "")"
        }
    }
}
