public import WireBytes

/// Why an operation of a requester came to nothing, and what that leaves.
public struct RequesterFailure: Error, Hashable, Sendable {
    /// What is over together with the operation.
    public enum Loss: Hashable, Sendable {
        /// Nothing: connection and sessions stand.
        case nothing
        /// This session, established or not; the connection stands.
        case session(SessionID)
        /// The connection with all its sessions; ``RequesterOperation/connect`` comes next.
        case connection
    }

    /// The request that was worked at.
    public var request: MessageCode
    /// What was wrong.
    public var reason: Reason
    /// What is over.
    public var loss: Loss

    /// Creates a failure.
    public init(_ request: MessageCode, _ reason: Reason, loss: Loss = .nothing) {
        self.request = request
        self.reason = reason
        self.loss = loss
    }

    /// Whether the responder may have done what was asked, so that it must not simply be asked again.
    public var isOutcomeUnknown: Bool { reason.leavesOutcomeUnknown }
}

extension RequesterFailure {
    /// What was wrong.
    public enum Reason: Error, Hashable, Sendable {
        /// No answer came.
        case noAnswer
        /// The responder answered Busy until patience ended.
        case busy
        /// The response was not ready until patience ended.
        case notReady
        /// The responder refused.
        case refused(ErrorMessage)
        /// The answer, or a part of it, is not laid out as it must be.
        case malformed(WireError)
        /// A field of the answer is not what it must be.
        case unexpected(field: String, expected: String, seen: String)
        /// The request is too large for the responder, in bytes.
        case requestTooLarge(Int)
        /// The response is too large for this end, in bytes.
        case responseTooLarge(Int)
        /// The answer came in the clear instead of in a record, or the other way round. If it was an ERROR, nobody vouches
        /// for it, and the session is over all the same.
        case unprotected(ErrorMessage?)
        /// A record did not open, so the session is over.
        case recordNotAuthentic
        /// A signature does not verify.
        case signature(SigningContext)
        /// Verify data do not agree.
        case verifyData
        /// The certificate chain has another digest than DIGESTS said.
        case chainDigest
        /// The certificate chain, or the key in it, is not trusted; the text says why.
        case untrusted(String)
        /// What the responder offers or chose is not allowed here.
        case notAllowed(PolicyRefusal)
        /// The operation does not fit here: nothing was sent.
        case notPossible(Obstacle)
        /// The cryptographic library or the source of randomness failed; the text says how.
        case crypto(String)
        /// The connection was closed from this end while the operation ran.
        case closed

        var leavesOutcomeUnknown: Bool {
            switch self {
            case .noAnswer, .notReady, .malformed, .unexpected, .responseTooLarge, .unprotected, .recordNotAuthentic,
                .signature, .verifyData, .closed:
                true
            case .busy, .refused, .requestTooLarge, .chainDigest, .untrusted, .notAllowed, .notPossible, .crypto: false
            }
        }
    }

    /// Why an operation cannot even begin.
    public enum Obstacle: Hashable, Sendable {
        /// Another operation is running.
        case operationRunning
        /// There is no connection.
        case notConnected
        /// There is no such session.
        case noSession(SessionID)
        /// An end lacks this capability.
        case capability(CapabilityFlags)
        /// The negotiated version does not have it.
        case version(SPDMVersion)
        /// Nobody vouched for the key of this slot yet.
        case notAuthenticated(slot: UInt8)
        /// This end has no identity or key of that name.
        case noKey
        /// No number was free for the session.
        case noSessionID
        /// The key of the session has protected as many records as it may; the session is over.
        case keyExhausted
        /// The message is no whole request of its kind.
        case message
        /// Nothing is waited for.
        case nothingAwaited
    }
}

extension RequesterFailure.Reason {
    static func mismatch(_ field: String, expected: some BinaryInteger, seen: some BinaryInteger) -> Self {
        .unexpected(field: field, expected: String(expected), seen: String(seen))
    }

    static func mismatch(_ field: String, expected: String, seen: some BinaryInteger) -> Self {
        .unexpected(field: field, expected: expected, seen: String(seen))
    }

    static func mismatch(_ field: String) -> Self {
        .unexpected(field: field, expected: "what was sent", seen: "other")
    }
}

extension RequesterFailure.Reason: CustomStringConvertible {
    private static func unprotected(_ error: ErrorMessage?) -> String {
        guard let error else {
            return "the answer did not come in a record of the session, or in one where none belongs"
        }
        return "\(error) in the clear instead of a record of the session"
    }

    /// One line.
    public var description: String {
        switch self {
        case .noAnswer: "no answer"
        case .busy: "the responder stayed busy"
        case .notReady: "the response was not ready in time"
        case .refused(let error): "refused with \(error)"
        case .malformed(let error): "malformed answer: \(error)"
        case .unexpected(let field, let expected, let seen): "\(field) is \(seen), expected \(expected)"
        case .requestTooLarge(let count): "a request of \(count) bytes is too large for the responder"
        case .responseTooLarge(let count): "a response of \(count) bytes is too large"
        case .unprotected(let error): Self.unprotected(error)
        case .recordNotAuthentic: "the answer's record did not open"
        case .signature(let context): "the signature does not verify (\(context.rawValue))"
        case .verifyData: "the verify data do not agree"
        case .chainDigest: "the certificate chain has another digest than DIGESTS said"
        case .untrusted(let why): "not trusted: \(why)"
        case .notAllowed(let refusal): refusal.description
        case .notPossible(let obstacle): obstacle.description
        case .crypto(let why): why
        case .closed: "the connection was closed"
        }
    }
}

extension RequesterFailure.Obstacle: CustomStringConvertible {
    /// One line.
    public var description: String {
        switch self {
        case .operationRunning: "another operation is running"
        case .notConnected: "not connected"
        case .noSession(let session): "there is no session \(session)"
        case .capability(let flags): "not both ends have the capability \(String(flags.rawValue, radix: 16))h"
        case .version(let version): "SPDM \(version) does not have it"
        case .notAuthenticated(let slot): "nobody vouched for the key in slot \(slot)"
        case .noKey: "this end has no such key"
        case .noSessionID: "no number was free for the session"
        case .keyExhausted: "the session's key has protected as many records as it may"
        case .message: "the message is no whole request of its kind"
        case .nothingAwaited: "nothing is waited for"
        }
    }
}

extension RequesterFailure: CustomStringConvertible {
    /// One line: which request, what was wrong, what is over.
    public var description: String {
        switch loss {
        case .nothing: "\(request): \(reason)"
        case .session(let session): "\(request): \(reason); session \(session) is over"
        case .connection: "\(request): \(reason); the connection is over"
        }
    }
}
