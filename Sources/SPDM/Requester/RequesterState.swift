extension RequesterMachine {
    /// Where a requester is; `awaiting` a response, or the result of a local operation.
    public enum State: Hashable, Sendable {
        /// There is no connection.
        case disconnected(Disconnected)
        /// A connection stands, and no operation runs.
        case connected(Connected)
        /// GET_VERSION was sent.
        case awaitingVersion(AwaitingVersion)
        /// GET_CAPABILITIES was sent.
        case awaitingCapabilities(AwaitingCapabilities)
        /// NEGOTIATE_ALGORITHMS was sent.
        case awaitingAlgorithms(AwaitingAlgorithms)
        /// GET_DIGESTS was sent.
        case awaitingDigests(AwaitingDigests)
        /// GET_CERTIFICATE was sent.
        case awaitingCertificate(AwaitingCertificate)
        /// The chain is there, and is being judged.
        case verifyingChain(VerifyingChain)
        /// The responder has no certificate; its provisioned public key is being looked up.
        case admittingKey(AdmittingKey)
        /// The nonce of CHALLENGE is being drawn.
        case drawingChallenge(DrawingChallenge)
        /// CHALLENGE was sent.
        case awaitingChallengeAuth(AwaitingChallengeAuth)
        /// The signature of CHALLENGE_AUTH is being checked.
        case verifyingChallenge(VerifyingChallenge)
        /// The nonce of GET_MEASUREMENTS is being drawn.
        case drawingMeasurementNonce(DrawingMeasurementNonce)
        /// GET_MEASUREMENTS was sent.
        case awaitingMeasurements(AwaitingMeasurements)
        /// The signature of MEASUREMENTS is being checked.
        case verifyingMeasurements(VerifyingMeasurements)
        /// What KEY_EXCHANGE needs is being drawn.
        case drawingKeyShare(DrawingKeyShare)
        /// KEY_EXCHANGE was sent.
        case awaitingKeyExchange(AwaitingKeyExchange)
        /// KEY_EXCHANGE_RSP came: its signature is being checked, and the handshake keys derived.
        case agreeingKeys(AgreeingKeys)
        /// The responder wants to know who this end is; its identity is being looked up.
        case presentingIdentity(PresentingIdentity)
        /// FINISH is being signed by this end's key.
        case signingFinish(SigningFinish)
        /// The verify data of FINISH are being computed.
        case authenticatingFinish(AuthenticatingFinish)
        /// FINISH was sent.
        case awaitingFinish(AwaitingFinish)
        /// The handshake is over; its last proof is being checked, and the application keys derived.
        case establishing(Establishing)
        /// What PSK_EXCHANGE needs is being drawn.
        case drawingPSKShare(DrawingPSKShare)
        /// PSK_EXCHANGE was sent.
        case awaitingPSKExchange(AwaitingPSKExchange)
        /// PSK_EXCHANGE_RSP came: the handshake keys are being derived, and its verify data checked.
        case derivingPSKKeys(DerivingPSKKeys)
        /// The verify data of PSK_FINISH are being computed.
        case authenticatingPSKFinish(AuthenticatingPSKFinish)
        /// PSK_FINISH was sent.
        case awaitingPSKFinish(AwaitingPSKFinish)
        /// GET_ENCAPSULATED_REQUEST was sent.
        case awaitingEncapsulatedRequest(AwaitingEncapsulatedRequest)
        /// DELIVER_ENCAPSULATED_RESPONSE was sent.
        case awaitingEncapsulatedAck(AwaitingEncapsulatedAck)
        /// What KEY_UPDATE needs is being drawn.
        case drawingTags(DrawingTags)
        /// KEY_UPDATE was sent.
        case awaitingKeyUpdate(AwaitingKeyUpdate)
        /// The responder agreed; the key of what this end sends is being replaced.
        case switchingKey(SwitchingKey)
        /// VerifyNewKey was sent, the first record under the new key.
        case awaitingKeyVerification(AwaitingKeyVerification)
        /// HEARTBEAT was sent.
        case awaitingHeartbeat(AwaitingHeartbeat)
        /// VENDOR_DEFINED_REQUEST was sent.
        case awaitingVendorResponse(AwaitingVendorResponse)
        /// END_SESSION was sent.
        case awaitingEndSession(AwaitingEndSession)
    }
}

extension RequesterMachine.State {
    /// What is in the state.
    var phase: any RequesterPhase {
        switch self {
        case .disconnected(let now): now
        case .connected(let now): now
        case .awaitingVersion(let now): now
        case .awaitingCapabilities(let now): now
        case .awaitingAlgorithms(let now): now
        case .awaitingDigests(let now): now
        case .awaitingCertificate(let now): now
        case .verifyingChain(let now): now
        case .admittingKey(let now): now
        case .drawingChallenge(let now): now
        case .awaitingChallengeAuth(let now): now
        case .verifyingChallenge(let now): now
        case .drawingMeasurementNonce(let now): now
        case .awaitingMeasurements(let now): now
        case .verifyingMeasurements(let now): now
        case .drawingKeyShare(let now): now
        case .awaitingKeyExchange(let now): now
        case .agreeingKeys(let now): now
        case .presentingIdentity(let now): now
        case .signingFinish(let now): now
        case .authenticatingFinish(let now): now
        case .awaitingFinish(let now): now
        case .establishing(let now): now
        case .drawingPSKShare(let now): now
        case .awaitingPSKExchange(let now): now
        case .derivingPSKKeys(let now): now
        case .authenticatingPSKFinish(let now): now
        case .awaitingPSKFinish(let now): now
        case .awaitingEncapsulatedRequest(let now): now
        case .awaitingEncapsulatedAck(let now): now
        case .drawingTags(let now): now
        case .awaitingKeyUpdate(let now): now
        case .switchingKey(let now): now
        case .awaitingKeyVerification(let now): now
        case .awaitingHeartbeat(let now): now
        case .awaitingVendorResponse(let now): now
        case .awaitingEndSession(let now): now
        }
    }
}
