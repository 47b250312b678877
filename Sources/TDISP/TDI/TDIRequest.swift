public import PCIe

extension TDI {
    /// A request to the interface itself. Version, capabilities and vendor-defined requests do not concern its state:
    /// the ``DSM`` answers them.
    public enum Request: Equatable, Sendable {
        /// LOCK_INTERFACE.
        case lock(LockInterfaceRequest)
        /// GET_DEVICE_INTERFACE_REPORT.
        case report(InterfaceReportQuery)
        /// GET_DEVICE_INTERFACE_STATE.
        case state
        /// START_INTERFACE.
        case start(StartNonce)
        /// STOP_INTERFACE.
        case stop
        /// BIND_P2P_STREAM, UNBIND_P2P_STREAM or SET_MMIO_ATTRIBUTE.
        case adjust(Adjustment)
    }

    /// A change within RUN that a request asks for.
    public enum Adjustment: Hashable, Sendable {
        /// BIND_P2P_STREAM: use this stream for peer-to-peer traffic too.
        case bind(StreamID)
        /// UNBIND_P2P_STREAM: use it no more.
        case unbind(StreamID)
        /// SET_MMIO_ATTRIBUTE: open or close pages of an updatable range.
        case setAttribute(SetMMIOAttributeRequest)

        /// The message that asks for it.
        public var request: TDISPRequest {
            switch self {
            case .bind(let stream): .bindP2PStream(stream)
            case .unbind(let stream): .unbindP2PStream(stream)
            case .setAttribute(let change): .setMMIOAttribute(change)
            }
        }

        /// The message that says it is done.
        public var response: TDISPResponse {
            switch self {
            case .bind: .bindP2PStream
            case .unbind: .unbindP2PStream
            case .setAttribute: .setMMIOAttribute
            }
        }
    }
}
