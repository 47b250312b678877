extension TDIRequester {
    /// Where an operation is: the request that was sent last or is sent next, and what its answer is for.
    public enum Step: Hashable, Sendable {
        /// GET_TDISP_VERSION.
        case version
        /// GET_TDISP_CAPABILITIES.
        case capabilities
        /// GET_DEVICE_INTERFACE_STATE.
        case state(StateQuestion)
        /// LOCK_INTERFACE_REQUEST.
        case lock(LockInterfaceRequest)
        /// GET_DEVICE_INTERFACE_REPORT.
        case report(ReportAssembly)
        /// START_INTERFACE_REQUEST.
        case start
        /// STOP_INTERFACE_REQUEST.
        case stop(StopAttempt)
        /// BIND_P2P_STREAM, UNBIND_P2P_STREAM or SET_MMIO_ATTRIBUTE.
        case adjust(TDI.Adjustment)

        /// The type of the request.
        var requestType: TDISPMessageType {
            switch self {
            case .version: .getVersion
            case .capabilities: .getCapabilities
            case .state: .getInterfaceState
            case .lock: .lockInterface
            case .report: .getInterfaceReport
            case .start: .startInterface
            case .stop: .stopInterface
            case .adjust(let adjustment): adjustment.request.type
            }
        }
    }

    /// Why the state is asked.
    public enum StateQuestion: Hashable, Sendable {
        /// It must be CONFIG_UNLOCKED.
        case beforeLock(LockInterfaceRequest)
        /// It must be CONFIG_LOCKED, or CONFIG_UNLOCKED if LOCK was refused so.
        case afterLock(refusal: TDISPErrorMessage?)
        /// It must be CONFIG_LOCKED.
        case beforeStart
        /// It must be RUN, or CONFIG_LOCKED if START was refused so.
        case afterStart(refusal: TDISPErrorMessage?)
        /// It is only noted.
        case beforeStop
        /// It must be CONFIG_UNLOCKED.
        case afterStop(StopAttempt)
        /// It is what was asked for.
        case query
    }

    /// A STOP that is on its way.
    public struct StopAttempt: Hashable, Sendable {
        /// What the state was before, where it was asked.
        public let from: TDIState?
        /// The doubt that led here; nil if STOP is what was asked for.
        public let doubt: Failure?
        /// Which attempt this is, from 1.
        public let number: UInt8
    }
}
