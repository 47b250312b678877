extension RequesterMachine {
    /// The one thing to be done after a step. All from `exchange` to `updateKey` end in a result.
    public enum Effect: Hashable, Sendable {
        /// Nothing.
        case none
        /// The operation cannot begin; nothing changed.
        case refuse(RequesterFailure)
        /// The operation came to nothing.
        case fail(RequesterFailure)
        /// The operation is done.
        case finish(RequesterOutcome)
        /// Send a request and get its response -> answered.
        case exchange(Exchange)
        /// Draw something random -> drew.
        case draw(Draw)
        /// Check that the chain has this digest, and that it and the key in it are trusted -> succeeded.
        case verifyChain(ChainClaim)
        /// Hash of the provisioned public key of the responder -> computed.
        case admitProvisionedKey
        /// Check a signature of the responder -> succeeded.
        case verifySignature(SignatureClaim)
        /// Check the signature of KEY_EXCHANGE_RSP, agree, derive the handshake keys, check the verify data ->
        /// succeeded.
        case agree(KeyAgreement)
        /// Derive the handshake keys from the pre-shared key, check the verify data -> succeeded.
        case derive(PSKDerivation)
        /// Chain of this end's identity and its digest -> drew.
        case presentIdentity
        /// Sign the hash of this transcript for FINISH with the key of this end -> computed.
        case sign([UInt8])
        /// Verify data of the requester over the hash of a transcript, in a session -> computed.
        case authenticate(SessionID, transcript: [UInt8])
        /// Check the verify data of FINISH_RSP, if there are any, and derive the application keys -> succeeded.
        case establish(Establishment)
        /// Replace the key of what this end sends by the next -> succeeded.
        case updateKey(SessionID)
    }

    /// A request that is to be answered.
    public struct Exchange: Hashable, Sendable {
        /// The whole request.
        public var request: [UInt8]
        /// In whose records it passes; nil for the clear.
        public var session: SessionID?
        /// Whether the response comes under the next key of the responder.
        public var isAcrossUpdate = false
        /// Its bounds.
        public var terms: ExchangeTerms
    }

    /// What is to be drawn.
    public enum Draw: Hashable, Sendable {
        /// Of CHALLENGE or GET_MEASUREMENTS.
        case nonce
        /// Of KEY_EXCHANGE, in the negotiated group.
        case keyShare
        /// Of PSK_EXCHANGE.
        case pskShare(contextSize: Int)
        /// For KEY_UPDATE and its VerifyNewKey.
        case tags
    }

    /// What was drawn, or what this end has of its own.
    public enum Drawn: Hashable, Sendable {
        /// Random bytes.
        case nonce(Nonce)
        /// Half of a session's number, random bytes, and the public value of an exchange whose secret the owner keeps.
        case keyShare(sessionID: UInt16, random: Nonce, exchange: [UInt8])
        /// Half of a session's number, and random bytes.
        case pskShare(sessionID: UInt16, context: [UInt8])
        /// Two bytes.
        case tags(update: UInt8, verification: UInt8)
        /// Certificate chain of this end, and its digest.
        case identity(OwnIdentity)
    }

    /// A certificate chain that the responder sent.
    public struct ChainClaim: Hashable, Sendable {
        /// The slot it is in.
        public var slot: UInt8
        /// The chain, a ``SPDMCertificateChain``.
        public var chain: [UInt8]
        /// What DIGESTS said.
        public var digest: [UInt8]
    }

    /// A signature of the responder.
    public struct SignatureClaim: Hashable, Sendable {
        /// What it is for.
        public var context: SigningContext
        /// The slot of the key, FFh for the provisioned key.
        public var slot: UInt8
        /// What its hash is signed of.
        public var transcript: [UInt8]
        /// The signature.
        public var signature: [UInt8]
    }

    /// What KEY_EXCHANGE_RSP is judged by.
    public struct KeyAgreement: Hashable, Sendable {
        /// The session.
        public var session: SessionID
        /// Whether its records are encrypted.
        public var isEncrypted: Bool
        /// The signature.
        public var signature: SignatureClaim
        /// The responder's public value.
        public var exchange: [UInt8]
        /// TH1, before hashing.
        public var th1: [UInt8]
        /// ResponderVerifyData, over TH1; nil when the handshake is in the clear.
        public var verifyData: [UInt8]?
    }

    /// What PSK_EXCHANGE_RSP is judged by.
    public struct PSKDerivation: Hashable, Sendable {
        /// The session.
        public var session: SessionID
        /// Whether its records are encrypted.
        public var isEncrypted: Bool
        /// Which key.
        public var hint: [UInt8]
        /// TH1, before hashing.
        public var th1: [UInt8]
        /// ResponderVerifyData, over TH1.
        public var verifyData: [UInt8]
    }

    /// What establishes a session.
    public struct Establishment: Hashable, Sendable {
        /// Verify data of FINISH_RSP.
        public struct Proof: Hashable, Sendable {
            /// What their key authenticates, before hashing.
            public var transcript: [UInt8]
            /// The verify data.
            public var verifyData: [UInt8]
        }

        /// The session.
        public var session: SessionID
        /// What FINISH_RSP proves; nil unless the handshake is in the clear.
        public var proof: Proof?
        /// TH2, before hashing.
        public var th2: [UInt8]
    }
}

/// What this end shows of itself for mutual authentication: its only slot, 0.
public struct OwnIdentity: Hashable, Sendable {
    /// The chain, a ``SPDMCertificateChain``.
    public var chain: [UInt8]
    /// Its hash.
    public var digest: [UInt8]

    /// Creates an identity.
    public init(chain: [UInt8], digest: [UInt8]) {
        self.chain = chain
        self.digest = digest
    }
}
