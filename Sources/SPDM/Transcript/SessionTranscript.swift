/// The messages of one session's handshake, in the order in which everything that is signed, authenticated or derived
/// counts them (DSP0274, 10.16.5 and 10.18.3).
///
/// There is one sequence of bytes, and each input is a beginning of it:
///
/// | input | for | ends with |
/// |---|---|---|
/// | ``Input/exchangeSignature`` | signature of KEY_EXCHANGE_RSP | its opaque data |
/// | ``Input/th1`` | handshake keys, ResponderVerifyData | that signature; PSK: the opaque data |
/// | ``Input/finishSignature`` | signature of FINISH | header of FINISH |
/// | ``Input/requesterVerifyData`` | RequesterVerifyData | that signature, or the header of FINISH or PSK_FINISH |
/// | ``Input/responderVerifyData`` | ResponderVerifyData of FINISH_RSP, handshake in the clear | header of FINISH_RSP |
/// | ``Input/th2`` | application keys | everything |
///
/// What is hashed is the input; HMACs are over the hash, not over the input.
///
/// Parts are appended in the order of ``Part``; what a session does not have is left out. Keeping the bytes, a few
/// kilobytes at most, leaves hashing to whoever has the algorithm.
public struct SessionTranscript: Hashable, Sendable {
    /// What the sequence is made of, in order.
    public enum Part: Int, Hashable, Sendable, CaseIterable {
        /// VCA: GET_VERSION to ALGORITHMS.
        case connection
        /// The last DIGESTS before KEY_EXCHANGE, when the responder has several keys (1.3).
        case responderDigests
        /// Hash of the responder's whole certificate chain, or of its provisioned public key. Not with a PSK.
        case responderChainHash
        /// KEY_EXCHANGE or PSK_EXCHANGE, whole.
        case exchangeRequest
        /// KEY_EXCHANGE_RSP or PSK_EXCHANGE_RSP to its opaque data.
        case exchangeResponse
        /// Signature of KEY_EXCHANGE_RSP.
        case exchangeSignature
        /// ResponderVerifyData of KEY_EXCHANGE_RSP or PSK_EXCHANGE_RSP; not when the handshake is in the clear.
        case exchangeVerifyData
        /// The requester's encapsulated DIGESTS, when it has several keys (1.3). Mutual authentication only.
        case requesterDigests
        /// Hash of the requester's whole certificate chain, or of its provisioned public key. Mutual authentication
        /// only.
        case requesterChainHash
        /// Header of FINISH or PSK_FINISH.
        case finishRequest
        /// Signature of FINISH. Mutual authentication only.
        case finishSignature
        /// RequesterVerifyData.
        case finishVerifyData
        /// Header of FINISH_RSP or PSK_FINISH_RSP.
        case finishResponse
        /// ResponderVerifyData of FINISH_RSP, when the handshake is in the clear.
        case finishResponseVerifyData
    }

    /// A beginning of the sequence that something is computed from.
    public enum Input: Hashable, Sendable, CaseIterable {
        /// For the signature of KEY_EXCHANGE_RSP.
        case exchangeSignature
        /// For the handshake keys and for the verify data of KEY_EXCHANGE_RSP or PSK_EXCHANGE_RSP.
        case th1
        /// For the signature of FINISH.
        case finishSignature
        /// For the verify data of FINISH or PSK_FINISH.
        case requesterVerifyData
        /// For the verify data of FINISH_RSP.
        case responderVerifyData
        /// For the application keys.
        case th2

        /// The last part that belongs to it.
        var lastPart: Part {
            switch self {
            case .exchangeSignature: .exchangeResponse
            case .th1: .exchangeSignature
            case .finishSignature: .finishRequest
            case .requesterVerifyData: .finishSignature
            case .responderVerifyData: .finishResponse
            case .th2: .finishResponseVerifyData
            }
        }
    }

    /// The sequence as far as it goes.
    public private(set) var bytes: [UInt8]
    /// Where each part ends; a part that is not there ends where the one before it does.
    private var ends: InlineArray<14, Int>

    /// Starts the transcript of a session on a connection with these first messages.
    public init(connection vca: [UInt8]) {
        bytes = vca
        ends = InlineArray(repeating: vca.count)
    }

    /// Appends a part, behind all that are there.
    public mutating func append(_ part: Part, _ more: Span<UInt8>) {
        bytes.reserveCapacity(bytes.count + more.count)
        for index in more.indices { bytes.append(more[index]) }
        for index in part.rawValue..<14 { ends[index] = bytes.count }
    }

    /// Appends KEY_EXCHANGE_RSP or PSK_EXCHANGE_RSP of its true length, whose last fields have these sizes.
    public mutating func appendExchangeResponse(_ message: Span<UInt8>, signatureSize: Int, verifyDataSize: Int) {
        let body = max(0, message.count - signatureSize - verifyDataSize)
        append(.exchangeResponse, message.extracting(first: body))
        append(.exchangeSignature, message.extracting(droppingFirst: body).extracting(droppingLast: verifyDataSize))
        append(.exchangeVerifyData, message.extracting(last: verifyDataSize))
    }

    /// Appends FINISH or PSK_FINISH of its true length.
    public mutating func appendFinish(_ message: Span<UInt8>, signatureSize: Int, verifyDataSize: Int) {
        let header = max(0, message.count - signatureSize - verifyDataSize)
        append(.finishRequest, message.extracting(first: header))
        append(.finishSignature, message.extracting(droppingFirst: header).extracting(droppingLast: verifyDataSize))
        append(.finishVerifyData, message.extracting(last: verifyDataSize))
    }

    /// Appends FINISH_RSP or PSK_FINISH_RSP of its true length.
    public mutating func appendFinishResponse(_ message: Span<UInt8>, verifyDataSize: Int) {
        append(.finishResponse, message.extracting(droppingLast: verifyDataSize))
        append(.finishResponseVerifyData, message.extracting(last: verifyDataSize))
    }

    /// The bytes to hash for `input`, as far as they are there.
    public func input(_ input: Input) -> ArraySlice<UInt8> { bytes[..<ends[input.lastPart.rawValue]] }
}

extension SessionTranscript {
    /// Whether both hold the same bytes, cut at the same places.
    public static func == (left: Self, right: Self) -> Bool {
        left.bytes == right.bytes && left.ends.indices.allSatisfy { left.ends[$0] == right.ends[$0] }
    }

    /// Feeds the bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
