internal import Assignment
internal import OpenSSLCrypto
internal import PCIe
internal import SPDM
internal import SPDMEndpoints

// CMA: devices are authenticated when they appear, before anybody converts them.

extension HostModel {
    /// Authenticates every device that appeared since this was last done. A device without SPDM cannot be; it stays an
    /// ordinary device. One that is connected was authenticated on the way, and is not disturbed.
    public mutating func authenticateNewcomers() {
        for dsm in devices.keys.sorted() where tsm.authentications[dsm] == nil {
            guard let device = devices[dsm], device.isPresent, liveConnection(of: device) == nil else { continue }
            guard device.description.features.contains(.doe) else {
                tsm.authentications[dsm] = .cannot
                continue
            }
            if case .failure(let failure) = authenticate(device, challenge: MeasurementSummary.none) {
                tsm.authentications[dsm] = .refused("\(failure)")
            }
        }
    }

    /// From GET_VERSION to the certificate chain, and if `challenge` says so, to the proof that the device holds the key.
    /// All sessions with the device are over first.
    mutating func authenticate(
        _ device: EmulatedDevice, challenge: MeasurementSummary?
    ) -> Result<VerifiedIdentity, RequesterFailure> {
        let peer = peer(of: device)
        peer.requester.endAll()
        if let error = device.identityError {
            return .failure(RequesterFailure(.getVersion, .crypto("the device has no identity: \(error)")))
        }
        if case .failure(let failure) = run(.connect, with: device) { return .failure(failure) }
        if case .failure(let failure) = run(.authenticate(slot: 0, challenge: challenge), with: device) {
            return .failure(failure)
        }
        guard let identity = peer.requester.identity(inSlot: 0) else {
            return .failure(RequesterFailure(.getCertificate, .notPossible(.notAuthenticated(slot: 0))))
        }
        tsm.authentications[device.address] = .authenticated(
            serial: identity.serialNumber, root: identity.rootName, isTrusted: topology.trustedRoots != nil)
        return .success(identity)
    }

    /// The TSM's end of SPDM with a device.
    mutating func peer(of device: EmulatedDevice) -> SPDMPeer {
        prepareResponder(of: device)
        if let peer = tsm.peers[device.address] { return peer }
        let trust = trust(in: device)
        let verify = ResponderTrust(
            verify: { (chain, context, time) throws(ChainRefusal) in
                try trust.verify(chain, as: context, at: time)
            },
            provisioned: { (context) throws(ChainRefusal) in try trust.trust.provisionedIdentity(as: context) })
        let peer = SPDMPeer(RequesterSettings(trust: verify, recordLimit: recordLimit), chance: ModelChance(fork()))
        tsm.peers[device.address] = peer
        return peer
    }

    /// A source of random bits of its own for an end of SPDM.
    mutating func fork() -> any EntropySource { entropy.fork() }

    /// Whom the host believes in a device's slot: roots as the topology says, and the name that its registers show.
    private func trust(in device: EmulatedDevice) -> PlatformTrust {
        let authority = authority
        let roots = topology.trustedRoots.map { names in
            Result { () throws(CryptoError) in
                try names.map { (name) throws(CryptoError) in try authority.root(name) }
            }
        }
        return PlatformTrust(roots: roots, trust: DeviceTrust(.roots([]), pciName: device.pciName))
    }
}

/// The platform's trust in a device. Without roots of its own, it takes a chain's own root: the guest, who decides, pins
/// whom it believes.
private struct PlatformTrust: Sendable {
    /// Its roots, or why it does not have them; nil: it wants none.
    let roots: Result<[[UInt8]], CryptoError>?
    let trust: DeviceTrust

    func verify(
        _ chain: [UInt8], as context: ChainContext, at time: Int64
    ) throws(ChainRefusal) -> VerifiedIdentity {
        var trust = trust
        switch roots {
        case nil: trust = trust.trustingOwnRoot(of: chain, context.hash)
        case .success(let roots)?: trust.anchor = .roots(roots)
        case .failure(let error)?: throw .noTrustedRoot(error)
        }
        return try trust.verify(chain, as: context, at: time)
    }
}

extension VerifiedIdentity {
    /// The root's name, without what kind of name it is.
    var rootName: String {
        let subject = certificates.first?.subject ?? ""
        return subject.hasPrefix("CN=") ? String(subject.dropFirst(3)) : subject
    }
}

/// Real keys and signatures, and numbers of sessions from the model's own bits, because they show.
struct ModelChance: HandshakeChance, ~Copyable {
    private var real = OpenSSLChance()
    private var entropy: any EntropySource

    init(_ entropy: any EntropySource) { self.entropy = entropy }

    mutating func sessionIDHalf() throws(CryptoError) -> UInt16 {
        guard let bits = entropy.next() else {
            throw CryptoError(operation: "session ID", reasons: ["no random bits left"])
        }
        return UInt16(truncatingIfNeeded: bits)
    }

    mutating func nonce() throws(CryptoError) -> Nonce { try real.nonce() }
    mutating func bytes(_ count: Int) throws(CryptoError) -> [UInt8] { try real.bytes(count) }

    mutating func beginExchange(_ group: KeyExchangeGroup) throws(CryptoError) -> [UInt8] {
        try real.beginExchange(group)
    }

    mutating func finishExchange(_ peer: [UInt8]) throws(CryptoError) -> SecretBytes { try real.finishExchange(peer) }

    mutating func sign(
        _ input: SigningContext.Input, with key: borrowing PrivateKey, hash: HashAlgorithm,
        using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        try real.sign(input, with: key, hash: hash, using: algorithm)
    }
}
