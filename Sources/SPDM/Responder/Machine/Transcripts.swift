extension Responder {
    /// Forgets what a request interrupts: L1 of where it came, unless it asks for measurements; M1, when it goes on
    /// without CHALLENGE (DSP0274, 10.8.1 and 10.11.2).
    ///
    /// Requests that carry or fetch another message interrupt nothing.
    mutating func forgetTranscripts(_ code: MessageCode, _ session: SessionID?, isRefused: Bool) {
        guard var negotiated, !Self.carriers.contains(code) else { return }
        if code != .getMeasurements || isRefused {
            if let session, let place = negotiated.place(of: session) {
                negotiated.sessions[place].transcript.resetMeasurements()
            } else if session == nil {
                negotiated.transcript.resetMeasurements()
            }
        }
        let startsAnew = code == .getDigests && session == nil
        if Self.skippingChallenge.contains(code) || startsAnew { negotiated.transcript.resetAuthentication() }
        self.negotiated = negotiated
    }

    static let carriers: Set<MessageCode> = [.chunkSend, .chunkGet, .respondIfReady]

    /// How many bytes a transcript may have that grows with every request. More than a chain of the greatest length
    /// takes in portions of 64 bytes; who asks for more without a signature starts anew.
    static let transcriptLimit = 1 << 17

    private static let skippingChallenge: Set<MessageCode> = [
        .getMeasurements, .keyExchange, .finish, .pskExchange, .pskFinish, .keyUpdate, .heartbeat,
        .getEncapsulatedRequest, .deliverEncapsulatedResponse, .endSession,
    ]
}
