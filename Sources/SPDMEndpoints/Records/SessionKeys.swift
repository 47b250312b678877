public import OpenSSLCrypto
public import SPDM
internal import WireBytes

/// The keys and record counters of one session at one end, from the handshake to the last record (DSP0274, 12; DSP0277
/// 1.1, 6).
///
/// ```
/// init -> beginHandshake -> beginApplication -> updateKey ... -> end
/// ```
///
/// Secrets are wiped as soon as nothing more comes from them: the shared secret is used up, what the handshake had is
/// gone with ``beginApplication(th2:)``, everything is gone with ``end()``. What carries the session's number and does
/// not open ends the session. Not copyable: a copied counter is a reused nonce.
public struct SessionKeys: ~Copyable, Sendable {
    /// Which end holds these keys.
    public enum Role: Hashable, Sendable {
        /// The end that sends requests.
        case requester
        /// The end that sends responses.
        case responder
    }

    /// How many records one key protects: 2^22, each of at most 2^12 AES blocks, which stays below the 2^34.5 blocks
    /// that TLS 1.3 allows AES-GCM (RFC 8446, 5.5).
    public static let recordLimit: UInt64 = 1 << 22

    private enum Stage { case fresh, handshake, application, ended }

    /// The session's number.
    public let session: SessionID
    /// Which end this is.
    public let role: Role
    private let format: RecordFormat
    private var stage = Stage.fresh
    /// During the handshake: from this the master secret will come.
    private var handshakeSecret: SessionSecret?
    private var sending: DirectionKeys?
    private var receiving: DirectionKeys?
    /// What the peer's records were under before a key update that no record has confirmed yet.
    private var receivingBefore: DirectionKeys?

    /// The session that both ends chose numbers for, without keys. A MAC-only session has `isEncrypted` false.
    ///
    /// `recordLimit` is how many records one key may protect; fewer than ``recordLimit`` where a policy says so.
    public init(
        _ role: Role, session: SessionID, version: SPDMVersion, hash: HashAlgorithm, suite: AEADAlgorithm,
        isEncrypted: Bool, recordLimit: UInt64 = SessionKeys.recordLimit
    ) {
        self.session = session
        self.role = role
        format = RecordFormat(
            version: version, hash: hash, suite: suite, isEncrypted: isEncrypted, recordLimit: recordLimit)
    }

    /// Whether the session has not ended.
    public var isAlive: Bool { stage != .ended }

    /// Ends the session and wipes its keys. Harmless when it has ended.
    public mutating func end() {
        stage = .ended
        handshakeSecret = nil
        sending = nil
        receiving = nil
        receivingBefore = nil
    }

    private func require(_ stage: Stage) throws(SessionKeyError) {
        guard self.stage == stage else { throw isAlive ? .noSuchKeys : .ended }
    }

    /// The direction of what this end sends.
    private var outgoing: KeySchedule.Direction { role == .requester ? .request : .response }
    /// The direction of what the peer sends.
    private var incoming: KeySchedule.Direction { role == .requester ? .response : .request }
}

// MARK: - Handshake

extension SessionKeys {
    /// Derives the handshake keys of KEY_EXCHANGE; `th1` is the hash of TH1.
    ///
    /// Throws ``SessionKeyError`` `ended`, `noSuchKeys` when the handshake has begun already, `crypto`.
    public mutating func beginHandshake(
        sharedSecret: consuming SecretBytes, th1: [UInt8]
    ) throws(SessionKeyError) {
        let secret = SessionSecret(sharedSecret, format.hash)
        try beginHandshake(th1: th1) { schedule throws(CryptoError) in
            try schedule.handshakeSecret(keyExchange: secret)
        }
    }

    /// Derives the handshake keys of PSK_EXCHANGE; `th1` is the hash of TH1. Throws as above.
    public mutating func beginHandshake(psk: borrowing SecretBytes, th1: [UInt8]) throws(SessionKeyError) {
        let secret = SessionSecret(psk.withBytes { SecretBytes(copying: $0) }, format.hash)
        try beginHandshake(th1: th1) { schedule throws(CryptoError) in
            try schedule.handshakeSecret(psk: secret)
        }
    }

    private mutating func beginHandshake(
        th1: [UInt8], _ derive: (KeySchedule) throws(CryptoError) -> SessionSecret
    ) throws(SessionKeyError) {
        try require(.fresh)
        do throws(CryptoError) {
            let secret = try derive(format.schedule)
            sending = try DirectionKeys(outgoing, handshake: secret, th1: th1, format)
            receiving = try DirectionKeys(incoming, handshake: secret, th1: th1, format)
            handshakeSecret = consume secret
            stage = .handshake
        } catch {
            end()
            throw .crypto(error)
        }
    }

    /// The verify data of one end over the hash of a transcript.
    ///
    /// Throws ``SessionKeyError`` `ended`, `noSuchKeys` outside the handshake, `crypto`.
    public func verifyData(
        _ direction: KeySchedule.Direction, transcriptHash: [UInt8]
    ) throws(SessionKeyError) -> [UInt8] {
        try require(.handshake)
        return direction == outgoing
            ? try sending.verifyData(transcriptHash: transcriptHash)
            : try receiving.verifyData(transcriptHash: transcriptHash)
    }

    /// Whether verify data are those of one end over the hash of a transcript, compared in constant time. Throws as
    /// above.
    public func isValid(
        _ verifyData: Span<UInt8>, _ direction: KeySchedule.Direction, transcriptHash: [UInt8]
    ) throws(SessionKeyError) -> Bool {
        let expected = try self.verifyData(direction, transcriptHash: transcriptHash)
        return constantTimeEqual(verifyData, expected.span)
    }
}

// MARK: - Application

extension SessionKeys {
    /// Derives the application keys, whose records count from 0; `th2` is the hash of TH2. What the handshake had is
    /// gone.
    ///
    /// Throws ``SessionKeyError`` `ended`, `noSuchKeys` outside the handshake, `crypto`.
    public mutating func beginApplication(th2: [UInt8]) throws(SessionKeyError) {
        try require(.handshake)
        guard let secret = handshakeSecret.take() else { throw .noSuchKeys }
        do throws(CryptoError) {
            let master = try format.schedule.masterSecret(from: secret)
            sending = try DirectionKeys(outgoing, master: master, th2: th2, format)
            receiving = try DirectionKeys(incoming, master: master, th2: th2, format)
            stage = .application
        } catch {
            end()
            throw .crypto(error)
        }
    }

    /// Replaces the key of one direction by the next (KEY_UPDATE), whose records count from 0.
    ///
    /// For what the peer sends, the key before is kept until a record opens: one under the new key confirms the change;
    /// one under the old shows that the peer did not make it, and takes it back.
    ///
    /// Throws ``SessionKeyError`` `ended`; `noSuchKeys` before the application phase, or while a change of the same
    /// direction is not confirmed; `crypto`.
    public mutating func updateKey(_ direction: KeySchedule.Direction) throws(SessionKeyError) {
        try require(.application)
        if direction == outgoing {
            sending = try sending.updated()
        } else if receivingBefore.isMissing {
            let updated = try receiving.updated()
            receivingBefore = receiving.take()
            receiving = consume updated
        } else {
            throw .noSuchKeys
        }
    }

    /// How often the key of a direction was replaced; a change that was taken back does not count.
    public func updateCount(_ direction: KeySchedule.Direction) -> Int {
        direction == outgoing ? sending.updateCount : receiving.updateCount
    }
}

// MARK: - Records

extension SessionKeys {
    /// How many records this end sealed under the present key.
    public var sealedCount: UInt64 { sending.recordCount }

    /// How many records of the peer this end opened under the present key.
    public var openedCount: UInt64 { receiving.recordCount }

    /// Whether half of the records of a direction's present key are spent, so that KEY_UPDATE should come.
    public func isUpdateDue(_ direction: KeySchedule.Direction) -> Bool {
        (direction == outgoing ? sealedCount : openedCount) >= format.recordLimit / 2
    }

    /// Puts a message into the next record, without padding behind it.
    ///
    /// Throws ``SessionKeyError``: `ended`, `noSuchKeys`, `messageTooLong`; `recordLimit` and `crypto`, which end the
    /// session.
    public mutating func seal(_ message: Span<UInt8>) throws(SessionKeyError) -> [UInt8] {
        guard !sending.isMissing else { throw isAlive ? .noSuchKeys : .ended }
        let header: [UInt8]
        do throws(WireError) {
            header = try SecuredRecord.header(session, messageCount: message.count, encrypted: format.isEncrypted)
        } catch {
            throw .messageTooLong(message.count)
        }
        let record: [UInt8]?
        do throws(SessionKeyError) {
            record = try sending?.record.seal(message, header: header)
        } catch {
            end()
            throw error
        }
        guard let record else { throw .noSuchKeys }
        return record
    }

    /// Takes the message out of the peer's next record, behind which padding of DOE may stand.
    ///
    /// Throws ``SessionKeyError``: `ended`, `noSuchKeys`, `otherSession`, `malformed` when not even a session's number
    /// is there. `malformed`, `notAuthentic`, `recordLimit` and `crypto` about a record with this session's number end
    /// the session.
    public mutating func open(_ record: Span<UInt8>) throws(SessionKeyError) -> [UInt8] {
        guard !receiving.isMissing else { throw isAlive ? .noSuchKeys : .ended }
        let named = try SessionKeyError.wire { () throws(WireError) in
            var cursor = WireCursor(record)
            return SessionID(rawValue: try cursor.uint32(record, "SessionID"))
        }
        guard named == session else { throw .otherSession(named) }
        do throws(SessionKeyError) {
            return try openOwn(record)
        } catch {
            end()
            throw error
        }
    }

    private mutating func openOwn(_ bytes: Span<UInt8>) throws(SessionKeyError) -> [UInt8] {
        let record = try SessionKeyError.wire { () throws(WireError) in try SecuredRecord.decode(bytes) }
        if let message = try receiving?.record.open(bytes, record) {
            receivingBefore = nil
            return message
        }
        guard let message = try receivingBefore?.record.open(bytes, record) else { throw .notAuthentic }
        receiving = receivingBefore.take()
        return message
    }
}

extension SessionKeys: SecureChannel {}
