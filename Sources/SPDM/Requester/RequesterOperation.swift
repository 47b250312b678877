/// What a requester can be told to do, one at a time.
public enum RequesterOperation: Hashable, Sendable {
    /// GET_VERSION to ALGORITHMS. What there was before is over, sessions included.
    case connect
    /// Have somebody vouch for the key in a slot, FFh for the provisioned key: GET_DIGESTS, GET_CERTIFICATE; and have
    /// the responder prove that it holds the key, CHALLENGE, if a summary of measurements or
    /// ``MeasurementSummary/none`` is named.
    case authenticate(slot: UInt8, challenge: MeasurementSummary?)
    /// GET_MEASUREMENTS, in the clear or in a session.
    case measure(MeasurementQuery, in: SessionID?)
    /// KEY_EXCHANGE and FINISH, or PSK_EXCHANGE and PSK_FINISH.
    case openSession(SessionWish)
    /// A whole VENDOR_DEFINED_REQUEST, which passes unread.
    case exchange(vendorDefined: [UInt8], in: SessionID?)
    /// HEARTBEAT.
    case heartbeat(SessionID)
    /// KEY_UPDATE with ``KeyUpdate/Operation/updateKey`` or ``KeyUpdate/Operation/updateAllKeys``, and VerifyNewKey.
    case updateKeys(SessionID, KeyUpdate.Operation)
    /// GET_ENCAPSULATED_REQUEST: do what the responder asks for.
    case answerEncapsulated(SessionID)
    /// END_SESSION. The bit is about what a responder with CACHE_CAP keeps over a reset; the connection goes on.
    case endSession(SessionID, clearsNegotiatedState: Bool)
}

/// Which session is to be opened.
public struct SessionWish: Hashable, Sendable {
    /// What proves the responder's identity.
    public enum Key: Hashable, Sendable {
        /// The key in this slot, which was vouched for; FFh for the provisioned key.
        case slot(UInt8)
        /// The key that both ends have, by its hint.
        case psk(hint: [UInt8])
    }

    /// What proves the responder's identity.
    public var key: Key
    /// Which summary of measurements comes along.
    public var summary: MeasurementSummary
    /// Policy of the session, from 1.2 on.
    public var policy: SessionPolicy

    /// Creates a wish.
    public init(_ key: Key, summary: MeasurementSummary = .none, policy: SessionPolicy = []) {
        self.key = key
        self.summary = summary
        self.policy = policy
    }
}

/// Which measurements are asked for, and how.
public struct MeasurementQuery: Hashable, Sendable {
    /// Which measurements.
    public enum Selection: Hashable, Sendable {
        /// Only how many there are.
        case count
        /// One, by its index, 1...254.
        case one(UInt8)
        /// All in one message.
        case all
        /// All, each in a message of its own, by trying one index after the other. If they are signed, each is.
        case each
    }

    /// Which measurements.
    public var selection: Selection
    /// Raw bit streams, as they are now.
    public var attributes: GetMeasurements.Attributes
    /// Whose key signs, FFh for the provisioned key; nil for no signature.
    public var signingSlot: UInt8?
    /// The nonce of signatures, where who will judge them chose it; nil for a fresh one each.
    public var nonce: Nonce?

    /// Creates a query.
    public init(
        _ selection: Selection = .all, attributes: GetMeasurements.Attributes = [], signedBy slot: UInt8? = nil,
        nonce: Nonce? = nil
    ) {
        self.selection = selection
        self.attributes = attributes
        signingSlot = slot
        self.nonce = nonce
    }
}
