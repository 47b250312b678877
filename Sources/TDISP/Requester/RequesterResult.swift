public import WireBytes

extension TDIRequester {
    /// How an operation ended.
    public enum Result: Hashable, Sendable {
        /// `negotiate`: the DSM speaks 1.0 and can do this.
        case negotiated(TDISPCapabilities)
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
        /// `adjust`: done.
        case adjusted
        /// The device said no, and where the state was asked it is the one it was. A refusal changes nothing.
        case refused(TDISPErrorMessage, in: TDIState?)
        /// Something is wrong; what is known of the interface afterwards stands beside the reason.
        case failed(Failure, Aftermath)
        /// This request got no answer that says what became of the interface, and STOP neither; the failure that made
        /// STOP necessary, if STOP was not what was asked for.
        case outcomeUnknown(of: TDISPMessageType, after: Failure?)

        /// Whether a nonce that the owner keeps may still be of use: the interface may be CONFIG_LOCKED as before.
        public var keepsNonce: Bool {
            switch self {
            case .locked, .report, .refused: true
            case .state(let state): state == .configLocked
            case .failed(_, .untouched): true
            case .negotiated, .running, .stopped, .adjusted, .outcomeUnknown, .failed(_, .stopped),
                .failed(_, .notStopped):
                false
            }
        }
    }

    /// What is known of the interface after a failure.
    public enum Aftermath: Hashable, Sendable {
        /// This operation sent nothing that changes it.
        case untouched
        /// It was stopped, and is CONFIG_UNLOCKED, confirmed.
        case stopped
        /// STOP was sent, but this is what it says it is.
        case notStopped(TDIState)
    }

    /// What went wrong.
    public enum Failure: Error, Hashable, Sendable {
        /// Another operation is running, and goes on.
        case operationRunning
        /// `negotiate` has not succeeded in this session.
        case notNegotiated
        /// The DSM does not speak 1.0.
        case noCommonVersion
        /// Flags that the DSM does not support.
        case unsupportedFlags(LockFlags)
        /// An optional request that the DSM does not take.
        case unsupportedRequest(TDISPMessageType)
        /// The owner has no nonce to start with.
        case nonceMissing
        /// The interface is not in the state that the operation needs or should have led to.
        case wrongState(TDIState, expected: TDIState)
        /// No answer to this request.
        case noAnswer(TDISPMessageType)
        /// The answer cannot be read.
        case malformedResponse(WireError)
        /// The answer has another version.
        case wrongVersion(TDISPVersion)
        /// The answer is about another interface.
        case wrongInterface(InterfaceID)
        /// The answer is of another type than the request asks for.
        case unexpectedResponse(TDISPMessageType, to: TDISPMessageType)
        /// A refusal where the interface should have obeyed.
        case unexpectedError(TDISPErrorMessage, to: TDISPMessageType)
        /// The report's portions do not add up, or there is more of it, or are more of them, than allowed.
        case inconsistentReport
        /// The report cannot be read.
        case malformedReport(WireError)
    }
}
