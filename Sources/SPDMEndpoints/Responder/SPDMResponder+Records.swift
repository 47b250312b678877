internal import OpenSSLCrypto
internal import SPDM
internal import WireBytes

/// The keys of a session, at a place that a dictionary can hold.
// SAFETY: it is reached only through the one end that holds it, which is not copyable.
final class SessionKeyHolder: @unchecked Sendable {
    var keys: SessionKeys

    init(_ keys: consuming SessionKeys) { self.keys = keys }
}

extension SPDMResponder {
    /// What a record is.
    enum Opened {
        /// The message inside, and of which session.
        case message([UInt8], SessionID)
        /// It names a session and does not open: the session is over.
        case refused(SessionID)
        /// It names no session that there is.
        case unknown
    }

    /// Opens a record.
    mutating func open(_ record: [UInt8]) -> Opened {
        guard let session = Self.session(of: record.span), let holder = keys[session] else { return .unknown }
        let updates = holder.keys.updateCount(.request)
        do throws(SessionKeyError) {
            let message = try holder.keys.open(record.span)
            if holder.keys.updateCount(.request) < updates { take(.keyChangeTakenBack(session)) }
            return .message(message, session)
        } catch {
            return .refused(session)
        }
    }

    /// The number that a record starts with.
    private static func session(of record: Span<UInt8>) -> SessionID? {
        var cursor = WireCursor(record)
        return (try? cursor.uint32(record, "SessionID")).map(SessionID.init)
    }

    /// Puts a response into its session's next record, and changes keys as it says.
    mutating func send(_ response: Responder.Response) -> Output {
        do throws(SessionKeyError) {
            try changeKeys(before: response.keys)
            let message = try seal(response)
            try changeKeys(after: response.keys)
            askForKeyUpdate(response.session)
            return .answer(message)
        } catch {
            // What goes in the clear and changes no keys cannot fail.
            guard let session = response.keys.session ?? response.session else { return .nothing }
            return lost(session)
        }
    }

    private mutating func seal(_ response: Responder.Response) throws(SessionKeyError) -> TransportMessage {
        guard let session = response.session else { return TransportMessage(isSecured: false, bytes: response.bytes) }
        guard let holder = keys[session] else { throw .ended }
        return TransportMessage(isSecured: true, bytes: try holder.keys.seal(response.bytes.span))
    }

    private func changeKeys(before change: Responder.Response.KeyChange) throws(SessionKeyError) {
        switch change {
        case .none, .establish, .nextRequestKey: break
        case .nextResponseKey(let session), .nextKeys(let session):
            try keys[session]?.keys.updateKey(.response)
        }
    }

    private func changeKeys(after change: Responder.Response.KeyChange) throws(SessionKeyError) {
        switch change {
        case .none, .nextResponseKey: break
        case .nextRequestKey(let session), .nextKeys(let session): try keys[session]?.keys.updateKey(.request)
        case .establish(let session, let th2):
            guard let algorithms else { throw .noSuchKeys }
            let hash = try algorithms.hash.sessionDigest(of: th2)
            try keys[session]?.keys.beginApplication(th2: hash)
        }
    }

    /// A key that is half spent is to be replaced.
    private mutating func askForKeyUpdate(_ session: SessionID?) {
        guard let session, let holder = keys[session], holder.keys.isUpdateDue(.response) else { return }
        take(.keyUpdateWanted(session))
    }
}

extension HashAlgorithm {
    /// The digest, with the error that keys of a session throw.
    func sessionDigest(of bytes: some Collection<UInt8>) throws(SessionKeyError) -> [UInt8] {
        let bytes = Array(bytes)
        do throws(CryptoError) {
            return try digest(of: bytes.span)
        } catch {
            throw .crypto(error)
        }
    }
}

extension Responder.Response.KeyChange {
    /// The session whose keys change.
    fileprivate var session: SessionID? {
        switch self {
        case .none: nil
        case .establish(let session, _), .nextRequestKey(let session), .nextResponseKey(let session),
            .nextKeys(let session):
            session
        }
    }
}
