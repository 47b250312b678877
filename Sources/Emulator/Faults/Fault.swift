public import Assignment
public import PCIe
public import TDISP

/// Something that goes wrong on an emulated host, put there on purpose. Used up when it happens.
public enum InjectedFault: Hashable, Sendable, Codable {
    /// At a message.
    case message(MessageFault)
    /// At an effect.
    case effect(EffectFault)
    /// Now.
    case event(HostEvent)
}

/// A fault at the n-th message of a kind from now on.
public struct MessageFault: Hashable, Sendable, Codable {
    /// The request at whose exchange it happens.
    public var message: ProtocolMessage
    /// Which of them, from 1, counted from the injection.
    public var occurrence: Int
    /// The device, by its function 0; nil: any.
    public var device: FunctionAddress?
    /// What happens.
    public var action: Action

    /// What can happen to an exchange.
    public enum Action: Hashable, Sendable, Codable {
        /// The request is lost.
        case dropRequest
        /// The response is lost.
        case dropResponse
        /// One bit of the byte at this offset behind the envelope of the request is flipped.
        case corruptRequest(at: Int)
        /// The same, of the response.
        case corruptResponse(at: Int)
        /// The request arrives twice; the TSM sees the first answer.
        case duplicateRequest
        /// The response arrives twice: the second time as the answer to whatever the TSM asks the device next.
        case duplicateResponse
        /// The response comes so many nanoseconds later, which may be too late.
        case delay(UInt64)
        /// The device is busy so many times in a row.
        case busy(Int)
        /// The device refuses, without looking at the request: TDISP_ERROR with this code, for IDE_KM an SPDM ERROR.
        case refuse(TDISPErrorCode)
        /// This happens just before the request arrives.
        case event(HostEvent)
    }

    /// Creates a fault.
    public init(_ message: ProtocolMessage, occurrence: Int = 1, of device: FunctionAddress? = nil, _ action: Action) {
        self.message = message
        self.occurrence = occurrence
        self.device = device
        self.action = action
    }
}

/// A fault at the n-th effect of a kind from now on.
public struct EffectFault: Hashable, Sendable, Codable {
    /// The effect.
    public var effect: Name
    /// Which of them, from 1, counted from the injection.
    public var occurrence: Int
    /// The function (for a connection: function 0 of the device); nil: any.
    public var function: FunctionAddress?
    /// What happens.
    public var action: Action

    /// An effect of an assignment or of a connection.
    public enum Name: Hashable, Sendable, Codable {
        /// Of an assignment.
        case assignment(EffectName)
        /// Of a connection.
        case connection(ConnectionEffectName)
    }

    /// What can happen to an effect.
    public enum Action: Hashable, Sendable, Codable {
        /// It is not carried out, and fails.
        case fail(FailureReason)
        /// Whether it was carried out is not known; it was not.
        case unknownNotDone
        /// Whether it was carried out is not known; it was.
        case unknownDone
        /// The host's crash hook is called before it is carried out.
        case crashBefore
        /// The host's crash hook is called once it has been carried out, before anybody is told.
        case crashAfter
        /// This happens just before it.
        case event(HostEvent)
    }

    /// Creates a fault.
    public init(_ effect: Name, occurrence: Int = 1, of function: FunctionAddress? = nil, _ action: Action) {
        self.effect = effect
        self.occurrence = occurrence
        self.function = function
        self.action = action
    }
}
