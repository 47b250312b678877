internal import OpenSSLCrypto
internal import SPDM

/// What a session agreed on about its keys and records.
struct RecordFormat: Hashable, Sendable {
    let version: SPDMVersion
    let hash: HashAlgorithm
    let suite: AEADAlgorithm
    /// False in a MAC-only session.
    let isEncrypted: Bool
    /// How many records one key protects.
    let recordLimit: UInt64

    var schedule: KeySchedule { KeySchedule(version: version) }
}

/// The handshake or application secret of one direction, and the record key that comes from it.
struct DirectionKeys: ~Copyable, Sendable {
    /// Protects the records of the direction.
    var record: RecordKey
    /// How often KEY_UPDATE replaced the keys of the direction.
    let updateCount: Int
    private let secret: SessionSecret
    private let format: RecordFormat

    init(_ secret: consuming SessionSecret, _ format: RecordFormat, updateCount: Int = 0) throws(CryptoError) {
        record = try RecordKey(secret, format)
        self.secret = secret
        self.format = format
        self.updateCount = updateCount
    }

    /// The direction's keys in the handshake.
    init(
        _ direction: KeySchedule.Direction, handshake: borrowing SessionSecret, th1: [UInt8], _ format: RecordFormat
    ) throws(CryptoError) {
        try self.init(format.schedule.handshakeSecret(direction, from: handshake, th1: th1.span), format)
    }

    /// The direction's keys in the application phase.
    init(
        _ direction: KeySchedule.Direction, master: borrowing SessionSecret, th2: [UInt8], _ format: RecordFormat
    ) throws(CryptoError) {
        try self.init(format.schedule.applicationSecret(direction, from: master, th2: th2.span), format)
    }

    /// The keys after KEY_UPDATE.
    func updated() throws(CryptoError) -> DirectionKeys {
        try DirectionKeys(format.schedule.updatedSecret(after: secret), format, updateCount: updateCount + 1)
    }

    /// The verify data of the direction's sender, from its handshake secret.
    func verifyData(transcriptHash: [UInt8]) throws(CryptoError) -> [UInt8] {
        try format.schedule.finishedKey(secret).authenticationCode(of: transcriptHash.span)
    }
}

// Of an optional that cannot be copied, only a switch borrows what is inside.
extension DirectionKeys? {
    var recordCount: UInt64 {
        switch self {
        case .some(let keys): keys.record.count
        case .none: 0
        }
    }

    var updateCount: Int {
        switch self {
        case .some(let keys): keys.updateCount
        case .none: 0
        }
    }

    var isMissing: Bool {
        switch self {
        case .some: false
        case .none: true
        }
    }

    func verifyData(transcriptHash: [UInt8]) throws(SessionKeyError) -> [UInt8] {
        switch self {
        case .some(let keys):
            do throws(CryptoError) {
                return try keys.verifyData(transcriptHash: transcriptHash)
            } catch {
                throw .crypto(error)
            }
        case .none: throw .noSuchKeys
        }
    }

    func updated() throws(SessionKeyError) -> DirectionKeys {
        switch self {
        case .some(let keys):
            do throws(CryptoError) {
                return try keys.updated()
            } catch {
                throw .crypto(error)
            }
        case .none: throw .noSuchKeys
        }
    }
}
