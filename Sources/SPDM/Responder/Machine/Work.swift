extension Responder {
    /// A request on its way through the machine.
    public struct Incoming: Hashable, Sendable {
        /// The message; of its true length once it was decoded.
        public var bytes: [UInt8]
        /// The session whose record carried it; nil came in the clear.
        public let session: SessionID?
        /// When it arrived.
        public let time: Int64
        /// The CHUNK_SEND that completed it; its response goes into the acknowledgement.
        public var acknowledging: ChunkNumber?
        /// Whether it was answered ResponseNotReady already.
        public var wasDeferred = false

        init(bytes: [UInt8], session: SessionID?, time: Int64, acknowledging: ChunkNumber? = nil) {
            self.bytes = bytes
            self.session = session
            self.time = time
            self.acknowledging = acknowledging
        }
    }

    /// Which chunk of which large message.
    public struct ChunkNumber: Hashable, Sendable {
        /// Number of the large message.
        public var handle: UInt8
        /// Number of the chunk.
        public var sequence: UInt16
    }

    /// What is being worked on, for which request.
    public struct Work: Hashable, Sendable {
        /// The request.
        public let incoming: Incoming
        /// What outcome is awaited.
        public let step: Step

        init(_ step: Step, for incoming: Incoming) {
            self.incoming = incoming
            self.step = step
        }
    }

    /// What outcome is awaited, with what is needed to go on.
    public enum Step: Hashable, Sendable {
        /// ``Effect/loadIdentities(_:)``: the connection as it will be.
        case loadingIdentities(Negotiated)
        /// ``Effect/drawChallenge(_:)``.
        case drawingChallenge(Challenge)
        /// ``Effect/measure(_:)``.
        case measuring(GetMeasurements)
        /// ``Effect/sign(_:)`` for CHALLENGE_AUTH.
        case signingChallenge(ChallengeAuth)
        /// ``Effect/sign(_:)`` for MEASUREMENTS.
        case signingMeasurements(Measurements)
        /// ``Effect/beginExchange(_:)``.
        case beginningExchange(ExchangeRequest)
        /// ``Effect/openSession(_:)``.
        case openingSession(OpeningSession)
        /// ``Effect/beginPSK(_:)``.
        case beginningPSK(PSKRequest)
        /// ``Effect/openPSKSession(_:)``.
        case openingPSKSession(OpeningPSKSession)
        /// ``Effect/verifyFinish(_:)``: the transcript with the header of the response.
        case verifyingFinish(SessionTranscript)
        /// ``Effect/verifyRequester(_:)``.
        case verifyingRequester(CollectingCertificate)
        /// ``Effect/deliver(_:over:)``.
        case awaitingDevice
    }

    /// Starts work.
    mutating func begin(_ step: Step, for incoming: Incoming, by effect: Effect) -> Effect {
        work = Work(step, for: incoming)
        return effect
    }

    /// Why a request is refused.
    struct Refusal: Error, Hashable {
        var code: ErrorMessage.Code
        var data: UInt8 = 0

        init(_ code: ErrorMessage.Code, data: UInt8 = 0) {
            self.code = code
            self.data = data
        }

        static let invalid = Refusal(.invalidRequest)
        static let unexpected = Refusal(.unexpectedRequest)
        static func unsupported(_ code: MessageCode) -> Refusal {
            Refusal(.unsupportedRequest, data: code.rawValue)
        }
    }
}
