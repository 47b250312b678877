extension TDIRequester {
    /// One request of an operation: where the operation is, and how often the device was busy.
    public struct Exchange: Hashable, Sendable {
        /// Where the operation is.
        public internal(set) var step: Step
        /// How often this request was answered BUSY.
        public internal(set) var retries: UInt8
    }

    /// Where an operation is: the request that is sent next or was sent last.
    public enum Step: Hashable, Sendable {
        /// GET_TDISP_VERSION.
        case version
    }
}
