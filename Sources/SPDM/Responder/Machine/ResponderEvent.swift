extension Responder {
    /// What goes in.
    public enum Event: Hashable, Sendable {
        /// A request arrived, in the clear or from inside a session's record. In the clear padding may follow it.
        case received([UInt8], over: SessionID?, at: Int64)
        /// ``Effect/loadIdentities(_:)`` succeeded.
        case identitiesLoaded(Identities)
        /// ``Effect/drawChallenge(_:)`` succeeded; the summary is empty when none was wanted.
        case challengeDrawn(Nonce, summary: [UInt8])
        /// ``Effect/measure(_:)`` succeeded.
        case measured(Measured)
        /// ``Effect/beginExchange(_:)`` succeeded.
        case exchangeBegun(ExchangeBegun)
        /// ``Effect/beginPSK(_:)`` succeeded.
        case pskBegun(PSKBegun)
        /// ``Effect/sign(_:)`` succeeded.
        case signed([UInt8])
        /// ``Effect/openSession(_:)`` succeeded; without verify data when they were not wanted.
        case sessionOpened(signature: [UInt8], verifyData: [UInt8])
        /// ``Effect/openPSKSession(_:)`` succeeded.
        case pskSessionOpened(verifyData: [UInt8])
        /// ``Effect/verifyFinish(_:)`` found everything right; with the responder's own verify data when wanted.
        case finishVerified(verifyData: [UInt8])
        /// ``Effect/verifyRequester(_:)`` trusts the chain, which has this digest.
        case requesterVerified(digest: [UInt8])
        /// The device answers a vendor-defined request with this SPDM message.
        case vendorAnswered([UInt8])
        /// The effect did not succeed.
        case failed(Failure)
        /// Something happened that no request asked for.
        case incident(Incident)
    }

    /// What happens without a request.
    public enum Incident: Hashable, Sendable {
        /// A session's keys are gone: a record was not authentic, or a key is spent.
        case sessionLost(SessionID)
        /// The requester did not make the key change that it had asked for: a record came under the old key.
        case keyChangeTakenBack(SessionID)
        /// The session's responder key is to be replaced when the requester next asks for encapsulated requests.
        case keyUpdateWanted(SessionID)
        /// It is now this time, in seconds since 1970; sessions without heartbeat end.
        case timePassed(to: Int64)
        /// The device runs other firmware than before.
        case firmwareUpdated
        /// A conventional reset.
        case reset
    }

    /// Why an effect did not succeed.
    public enum Failure: Hashable, Sendable {
        /// The cryptographic library or the source of measurements failed.
        case unavailable
        /// There is no such key: PSK hint, slot.
        case unknownKey
        /// The peer's public value, signature, verify data or certificate chain is wrong.
        case refused
    }

    /// The certificate chains and digests for the negotiated algorithms.
    public struct Identities: Hashable, Sendable {
        /// What a slot holds.
        public struct Slot: Hashable, Sendable {
            /// 0...7.
            public var number: UInt8
            /// The chain as CERTIFICATE carries it: ``SPDMCertificateChain``.
            public var chain: [UInt8]
            /// Its digest.
            public var digest: [UInt8]
            /// KeyPairID, told on connections with several keys (1.3).
            public var keyPair: UInt8
            /// CertificateInfo, likewise: 1 device, 2 alias, 3 generic.
            public var model: UInt8
            /// KeyUsageMask, likewise.
            public var usage: UInt16

            /// Creates a slot.
            public init(
                number: UInt8, chain: [UInt8], digest: [UInt8], keyPair: UInt8 = 1, model: UInt8 = 1,
                usage: UInt16 = 0xF
            ) {
                self.number = number
                self.chain = chain
                self.digest = digest
                self.keyPair = keyPair
                self.model = model
                self.usage = usage
            }
        }

        /// The slots that hold a chain, by number.
        public var slots: [Slot]
        /// Digest of the public key that the requester was provisioned with; nil without PUB_KEY_ID.
        public var publicKeyDigest: [UInt8]?
        /// Digest of the requester's chain or key that this end was provisioned with.
        public var requesterDigest: [UInt8]?

        /// Creates identities; slots are put in order.
        public init(slots: [Slot] = [], publicKeyDigest: [UInt8]? = nil, requesterDigest: [UInt8]? = nil) {
            self.slots = slots.sorted { $0.number < $1.number }
            self.publicKeyDigest = publicKeyDigest
            self.requesterDigest = requesterDigest
        }

        /// The slot with this number.
        func slot(_ number: UInt8) -> Slot? { slots.first { $0.number == number } }

        /// The digest that stands for the key in transcripts; FFh is the provisioned key.
        func digest(_ slot: UInt8) -> [UInt8]? { slot == 0xFF ? publicKeyDigest : self.slot(slot)?.digest }

        /// The slots as a mask.
        var mask: UInt8 { slots.reduce(0) { $0 | (1 << ($1.number & 7)) } }
    }

    /// Measurements as they are now.
    public struct Measured: Hashable, Sendable {
        /// Random bytes for the response.
        public var nonce: Nonce
        /// All blocks, in the order in which they are reported.
        public var blocks: [MeasurementBlock]
        /// Whether anything changed since it was first asked for.
        public var change: Measurements.Change

        /// Creates measurements.
        public init(nonce: Nonce, blocks: [MeasurementBlock], change: Measurements.Change = .notDetected) {
            self.nonce = nonce
            self.blocks = blocks
            self.change = change
        }
    }

    /// This end's half of a key exchange, drawn for one KEY_EXCHANGE.
    public struct ExchangeBegun: Hashable, Sendable {
        /// RandomData.
        public var random: Nonce
        /// A half for the session ID; the next free one is taken.
        public var sessionHalf: UInt16
        /// The public value.
        public var exchange: [UInt8]
        /// The summary hash, empty when none was wanted.
        public var summary: [UInt8]

        /// Creates the half.
        public init(random: Nonce, sessionHalf: UInt16, exchange: [UInt8], summary: [UInt8]) {
            self.random = random
            self.sessionHalf = sessionHalf
            self.exchange = exchange
            self.summary = summary
        }
    }

    /// This end's half of a PSK exchange.
    public struct PSKBegun: Hashable, Sendable {
        /// A half for the session ID; the next free one is taken.
        public var sessionHalf: UInt16
        /// ResponderContext, empty when none was wanted.
        public var context: [UInt8]
        /// The summary hash, empty when none was wanted.
        public var summary: [UInt8]

        /// Creates the half.
        public init(sessionHalf: UInt16, context: [UInt8], summary: [UInt8]) {
            self.sessionHalf = sessionHalf
            self.context = context
            self.summary = summary
        }
    }
}
