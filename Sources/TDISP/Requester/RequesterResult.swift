public import WireBytes

extension TDIRequester {
    /// How an operation ended.
    public enum Result: Hashable, Sendable {
        /// `negotiate`: the DSM speaks 1.0 and can do this.
        case negotiated(DeviceCapabilities)
        /// `lock`: CONFIG_LOCKED, confirmed; the owner keeps the nonce.
        case locked
        /// `fetchReport`: the whole report, well-formed.
        case report([UInt8])
        /// `start`: RUN, confirmed; the nonce is spent.
        case running
        /// `stop`, `revoke`: CONFIG_UNLOCKED, confirmed; what the state was before, where it was asked.
        case stopped(from: TDIState?)
        /// `queryState`.
        case state(TDIState)
        /// `bindP2PStream`, `unbindP2PStream`, `setMMIOAttribute`: done.
        case adjusted
        /// The device said no, and its state is the one it had: nothing happened.
        case refused(TDISPErrorMessage, in: TDIState?)
        /// Something is wrong. What is known of the interface afterwards stands beside the reason.
        case failed(Failure, aftermath: Aftermath)
        /// This request was sent, no answer came, and the interface could not be brought to CONFIG_UNLOCKED either.
        case outcomeUnknown(TDISPMessageType)
    }

    /// What is known of the interface after a failure.
    public enum Aftermath: Hashable, Sendable {
        /// Nothing was sent that changes it.
        case untouched
        /// It was stopped, and is CONFIG_UNLOCKED, confirmed.
        case stopped
    }

    /// What went wrong.
    public enum Failure: Hashable, Sendable {
        /// Another operation is running.
        case alreadyBusy
        /// `negotiate` has not succeeded in this session.
        case notNegotiated
        /// The DSM does not speak 1.0.
        case noCommonVersion
        /// A flag that the DSM does not support.
        case unsupportedFlags(LockFlags)
        /// An optional request that the DSM does not take.
        case unsupportedRequest(TDISPMessageType)
        /// The owner has no nonce to start with.
        case nonceMissing
        /// The interface is not in the state that the operation needs.
        case wrongState(TDIState, expected: TDIState)
        /// No answer to this request.
        case noAnswer(TDISPMessageType)
        /// The answer cannot be read.
        case malformedResponse(WireError)
        /// The answer has another version.
        case versionChanged(TDISPVersion)
        /// The answer is about another interface.
        case wrongInterface(InterfaceID)
        /// The answer is of another type than the request asks for.
        case unexpectedResponse(TDISPMessageType, to: TDISPMessageType)
        /// A refusal that does not fit the state the interface was in.
        case unexpectedError(TDISPErrorMessage, to: TDISPMessageType)
        /// The report's portions do not add up, or it is longer than allowed.
        case inconsistentReport
        /// The report cannot be read.
        case malformedReport(WireError)
    }
}
