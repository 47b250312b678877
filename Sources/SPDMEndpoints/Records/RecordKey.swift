internal import OpenSSLCrypto
internal import SPDM
internal import WireBytes

/// Key, IV and counter of the records of one direction.
///
/// Not copyable because a copied counter is a reused nonce.
struct RecordKey: ~Copyable, Sendable {
    private var key: AEADKey
    private let iv: SecretBytes
    private let format: RecordFormat
    /// The number of the next record, which is how many there were.
    private(set) var count: UInt64 = 0

    /// Derives key and IV from a handshake or application secret of the direction.
    init(_ secret: borrowing SessionSecret, _ format: RecordFormat) throws(CryptoError) {
        let size = UInt16(format.suite.keyByteCount)
        let bytes = try format.schedule.recordKey(secret, size: size).bytes
        let iv = try format.schedule.recordIV(secret).bytes
        key = try AEADKey(format.suite, key: bytes)
        self.iv = iv
        self.format = format
    }

    /// A whole record without padding. `header` is the record's, for this message.
    mutating func seal(_ message: Span<UInt8>, header: [UInt8]) throws(SessionKeyError) -> [UInt8] {
        let nonce = try nextNonce()
        var record = header
        var plaintext: [UInt8] = []
        defer { wipe(&plaintext) }
        if format.isEncrypted {
            plaintext = try SessionKeyError.wire { () throws(WireError) in try SecuredRecord.plaintext(message) }
        } else {
            for index in message.indices { record.append(message[index]) }
        }
        do throws(CryptoError) {
            return record + (try key.seal(plaintext.span, nonce: nonce, authenticating: record.span))
        } catch {
            throw .crypto(error)
        }
    }

    /// The message of a record that is the next one under this key; nil when it is not that, bit for bit.
    mutating func open(_ bytes: Span<UInt8>, _ record: SecuredRecord) throws(SessionKeyError) -> [UInt8]? {
        let nonce = try nextNonce()
        let associated = bytes.extracting(record.associatedData(encrypted: format.isEncrypted))
        let sealed = format.isEncrypted ? record.body.lowerBound..<record.length : record.tag
        let plaintext: SecretBytes?
        do throws(CryptoError) {
            plaintext = try key.open(bytes.extracting(sealed), nonce: nonce, authenticating: associated)
        } catch {
            throw .crypto(error)
        }
        guard let plaintext else { return nil }
        guard format.isEncrypted else { return record.body.map { bytes[$0] } }
        return try plaintext.withBytes { plaintext throws(SessionKeyError) in
            try SessionKeyError.wire { () throws(WireError) in
                try SecuredRecord.message(inPlaintext: plaintext).map { plaintext[$0] }
            }
        }
    }

    /// The nonce of the next record. Its number is spent, whatever comes of the record.
    private mutating func nextNonce() throws(SessionKeyError) -> AEADKey.Nonce {
        guard count < format.recordLimit else { throw .recordLimit(count) }
        defer { count += 1 }
        let count = count
        return iv.withBytes { iv in RecordNonce(iv: InlineArray { iv[$0] }, sequence: count).bytes }
    }
}
