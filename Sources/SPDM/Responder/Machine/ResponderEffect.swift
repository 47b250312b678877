extension Responder {
    /// What the owner does. Every effect but the first two has an outcome, which comes back as an event.
    public enum Effect: Hashable, Sendable {
        /// Nothing, and no answer.
        case none
        /// Send a response.
        case respond(Response)
        /// Hand a VENDOR_DEFINED request to the device; nil came in the clear.
        case deliver([UInt8], over: SessionID?)
        /// Find chains and digests for these algorithms.
        case loadIdentities(Algorithms)
        /// Draw a nonce and compute a summary hash.
        case drawChallenge(MeasurementSummary)
        /// Draw a nonce and take measurements.
        case measure(MeasurementDemand)
        /// Draw random data, half a session ID and an exchange key; compute a summary hash.
        case beginExchange(MeasurementSummary)
        /// Find the key, draw half a session ID and a context; compute a summary hash.
        case beginPSK(PSKDemand)
        /// Sign a transcript.
        case sign(SignatureDemand)
        /// Sign the exchange, agree on the secret, derive the handshake keys from TH1 with that signature in it, and
        /// compute the verify data over it.
        case openSession(SessionOpening)
        /// Derive the handshake keys from TH1 and the key, and compute the verify data over it.
        case openPSKSession(PSKOpening)
        /// Check signature and verify data of FINISH or PSK_FINISH, and compute those of the response if wanted.
        case verifyFinish(FinishProof)
        /// Judge the requester's certificate chain.
        case verifyRequester(RequesterEvidence)
    }

    /// A response, and what happens to the keys of its session as it goes out.
    public struct Response: Hashable, Sendable {
        /// What happens to keys.
        public enum KeyChange: Hashable, Sendable {
            /// Nothing.
            case none
            /// Once it is sealed, the application keys of the session are derived from TH2, which is to be hashed.
            case establish(SessionID, th2: [UInt8])
            /// The requester's next record is under its next key.
            case nextRequestKey(SessionID)
            /// It is the first record under the responder's next key.
            case nextResponseKey(SessionID)
            /// Both of these.
            case nextKeys(SessionID)
        }

        /// The SPDM message.
        public var bytes: [UInt8]
        /// The session in whose record it goes; nil in the clear.
        public var session: SessionID?
        /// What happens to keys.
        public var keys: KeyChange

        /// Creates a response.
        public init(bytes: [UInt8], session: SessionID?, keys: KeyChange = .none) {
            self.bytes = bytes
            self.session = session
            self.keys = keys
        }
    }

    /// Which measurements are wanted.
    public struct MeasurementDemand: Hashable, Sendable {
        /// Raw bit streams where there are any.
        public var isRaw: Bool
        /// As they will be once updates that are waiting are in force, instead of as they are.
        public var isPending: Bool
    }

    /// Whose pre-shared key is wanted, and what with it.
    public struct PSKDemand: Hashable, Sendable {
        /// Which key.
        public var hint: [UInt8]
        /// Bytes of this end's context; 0 for none.
        public var contextSize: Int
        /// Which summary hash.
        public var summary: MeasurementSummary
    }

    /// What is to be signed.
    public struct SignatureDemand: Hashable, Sendable {
        /// What the signature is for.
        public var context: SigningContext
        /// The transcript, to be hashed.
        public var transcript: [UInt8]
        /// Whose key; FFh the provisioned one.
        public var slot: UInt8
    }

    /// The session that KEY_EXCHANGE opens.
    public struct SessionOpening: Hashable, Sendable {
        /// Its number.
        public var session: SessionID
        /// Whether messages are encrypted, or authenticated only.
        public var isEncrypted: Bool
        /// Whose key signs; FFh the provisioned one.
        public var slot: UInt8
        /// The requester's public value.
        public var peerExchange: [UInt8]
        /// The transcript to the opaque data of the response: what is signed.
        public var transcript: SessionTranscript
        /// Whether verify data are wanted; not when the handshake is in the clear.
        public var wantsVerifyData: Bool
    }

    /// The session that PSK_EXCHANGE opens.
    public struct PSKOpening: Hashable, Sendable {
        /// Its number.
        public var session: SessionID
        /// Whether messages are encrypted, or authenticated only.
        public var isEncrypted: Bool
        /// Which key.
        public var hint: [UInt8]
        /// The transcript to the opaque data of the response: TH1.
        public var transcript: SessionTranscript
    }

    /// What the requester says to prove itself in FINISH or PSK_FINISH.
    public struct FinishProof: Hashable, Sendable {
        /// Whose keys sign.
        public enum Signer: Hashable, Sendable {
            /// There is no signature.
            case none
            /// The chain that ``Effect/verifyRequester(_:)`` trusted for this session.
            case verified
            /// The chain or key that this end was provisioned with.
            case provisioned
        }

        /// The session.
        public var session: SessionID
        /// The transcript with the request in it, and with the header of the response.
        public var transcript: SessionTranscript
        /// Whose signature it is.
        public var signer: Signer
        /// The signature; empty without one.
        public var signature: [UInt8]
        /// The requester's verify data.
        public var verifyData: [UInt8]
        /// Whether verify data of the response are wanted: when the handshake is in the clear.
        public var wantsVerifyData: Bool
        /// When: seconds since 1970.
        public var time: Int64
    }

    /// What is to be believed of the requester.
    public struct RequesterEvidence: Hashable, Sendable {
        /// The session that it authenticates itself for.
        public var session: SessionID
        /// The chain as CERTIFICATE carried it.
        public var chain: [UInt8]
        /// When: seconds since 1970.
        public var time: Int64
    }
}
