/// The key schedule of a session: which secret comes from which (DSP0274, 12).
///
/// ```
/// DHE secret or PSK
///   -> handshake secret -> handshake secret of each direction (TH1) -> finished key, record key, IV
///        -> master secret -> application secret of each direction (TH2) -> record key, IV
///                              -> next application secret (KEY_UPDATE)
///                         -> export master secret (TH2)
/// ```
///
/// All functions throw what the secret throws.
public struct KeySchedule: Hashable, Sendable {
    /// Who protects what a secret protects.
    public enum Direction: Hashable, Sendable, CaseIterable {
        /// What the requester sends.
        case request
        /// What the responder sends.
        case response
    }

    /// The negotiated version, which is part of every label.
    public let version: SPDMVersion

    /// The schedule of sessions with this version.
    public init(version: SPDMVersion) { self.version = version }

    /// The handshake secret of KEY_EXCHANGE, from the secret that both ends agreed on.
    public func handshakeSecret<Secret: SPDMKeyDerivation & ~Copyable>(
        keyExchange secret: borrowing Secret
    ) throws(Secret.Failure) -> Secret {
        try secret.extract(salt: [UInt8](repeating: 0, count: Int(secret.hashSize)).span)
    }

    /// The handshake secret of PSK_EXCHANGE, from the key that both ends have. From SPDM 1.3 on, its salt is all ones.
    public func handshakeSecret<Secret: SPDMKeyDerivation & ~Copyable>(
        psk: borrowing Secret
    ) throws(Secret.Failure) -> Secret {
        let byte: UInt8 = version >= .v1_3 ? 0xFF : 0
        return try psk.extract(salt: [UInt8](repeating: byte, count: Int(psk.hashSize)).span)
    }

    /// The handshake secret of one direction; `th1` is the hash of TH1.
    public func handshakeSecret<Secret: SPDMKeyDerivation & ~Copyable>(
        _ direction: Direction, from handshake: borrowing Secret, th1: Span<UInt8>
    ) throws(Secret.Failure) -> Secret {
        let label: KeyLabel = direction == .request ? .requesterHandshake : .responderHandshake
        return try expand(handshake, label, handshake.hashSize, th1)
    }

    /// The key of verify data, from the handshake secret of its sender's direction. The verify data is its
    /// ``SPDMKeyDerivation/authenticationCode(of:)`` of the hash of a transcript.
    public func finishedKey<Secret: SPDMKeyDerivation & ~Copyable>(
        _ secret: borrowing Secret
    ) throws(Secret.Failure) -> Secret {
        try expand(secret, .finished, secret.hashSize, Span())
    }

    /// The master secret, from the handshake secret.
    public func masterSecret<Secret: SPDMKeyDerivation & ~Copyable>(
        from handshake: borrowing Secret
    ) throws(Secret.Failure) -> Secret {
        let salt = try expand(handshake, .derived, handshake.hashSize, Span())
        return try salt.extract(material: [UInt8](repeating: 0, count: Int(handshake.hashSize)).span)
    }

    /// The application secret of one direction; `th2` is the hash of TH2.
    public func applicationSecret<Secret: SPDMKeyDerivation & ~Copyable>(
        _ direction: Direction, from master: borrowing Secret, th2: Span<UInt8>
    ) throws(Secret.Failure) -> Secret {
        let label: KeyLabel = direction == .request ? .requesterApplication : .responderApplication
        return try expand(master, label, master.hashSize, th2)
    }

    /// The export master secret, for uses outside SPDM; `th2` is the hash of TH2.
    public func exportMasterSecret<Secret: SPDMKeyDerivation & ~Copyable>(
        from master: borrowing Secret, th2: Span<UInt8>
    ) throws(Secret.Failure) -> Secret {
        try expand(master, .exportMaster, master.hashSize, th2)
    }

    /// The application secret that follows `secret` after KEY_UPDATE. Its records count from 0 again.
    public func updatedSecret<Secret: SPDMKeyDerivation & ~Copyable>(
        after secret: borrowing Secret
    ) throws(Secret.Failure) -> Secret {
        try expand(secret, .trafficUpdate, secret.hashSize, Span())
    }

    /// The key of a direction's records, from its handshake or application secret; `size` is the cipher suite's.
    public func recordKey<Secret: SPDMKeyDerivation & ~Copyable>(
        _ secret: borrowing Secret, size: UInt16
    ) throws(Secret.Failure) -> Secret {
        try expand(secret, .key, size, Span())
    }

    /// The IV of a direction's records, 12 bytes, from its handshake or application secret.
    public func recordIV<Secret: SPDMKeyDerivation & ~Copyable>(
        _ secret: borrowing Secret
    ) throws(Secret.Failure) -> Secret {
        try expand(secret, .iv, UInt16(RecordNonce.size), Span())
    }

    private func expand<Secret: SPDMKeyDerivation & ~Copyable>(
        _ secret: borrowing Secret, _ label: KeyLabel, _ count: UInt16, _ context: Span<UInt8>
    ) throws(Secret.Failure) -> Secret {
        try secret.expand(info: label.info(count: count, version: version, context: context).span, count: count)
    }
}
