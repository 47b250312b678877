extension TDI {
    /// The one thing the owner does after a step.
    ///
    /// Each effect that names an outcome reports exactly one, in order. Two supersede what is still being carried out:
    /// ``secure(_:)``, after whose outcome none of an earlier effect comes, and ``stop(_:)`` behind a conventional
    /// reset, after which none comes at all.
    public enum Effect: Equatable, Sendable {
        /// Nothing.
        case none
        /// Answer the request.
        case answer(TDISPResponse)
        /// Look at the device's configuration; nothing changes. Ends in `inspected`.
        case inspect
        /// Abort the function's activity, wait until its DMA and translations are done, invalidate its translation
        /// cache, latch and watch its configuration and the stream's registers, build the report, draw a nonce and keep
        /// it by a new epoch. Ends in `lockPrepared`, or undoes it all and ends in `lockNotPrepared`.
        case prepareLock(LockInterfaceRequest)
        /// Compare in constant time with the nonce of this epoch, and destroy that if equal. Ends in `nonceConsumed` or
        /// `nonceRejected`; ``NonceVault`` does it.
        case consumeNonce(StartNonce, of: LockEpoch)
        /// Enable T=1 DMA and MMIO. Ends in `started` or `notStarted`.
        case start(LockEpoch)
        /// Make the change; of a stream: check it, then lock or drain it and release its registers. Ends in `adjusted`
        /// or `notAdjusted`.
        case adjust(Adjustment)
        /// End all activity, drain, deliver pending interrupts, invalidate the translation cache, scrub every secret,
        /// free what was allocated, release what was latched, destroy the nonce. Ends in `stopped` or `notStopped`.
        case stop(StopReason)
        /// Stop issuing and accepting, put the TVM's data out of reach, destroy the nonce, end the effect that is being
        /// carried out. Only takes away, so it cannot fail; ends in `secured`.
        case secure(Violation)

        /// Answer with TDISP_ERROR.
        static func refuse(_ code: TDISPErrorCode) -> Effect { .answer(.error(code)) }

        /// Answer with a portion of the report, or with INVALID_REQUEST if there is none there.
        static func portion(_ query: InterfaceReportQuery, of report: InterfaceReport) -> Effect {
            report.portion(query).map { .answer(.interfaceReport($0)) } ?? .refuse(.invalidRequest)
        }
    }
}
