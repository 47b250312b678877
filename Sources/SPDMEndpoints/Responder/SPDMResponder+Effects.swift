internal import OpenSSLCrypto
internal import SPDM

extension SPDMResponder {
    /// What ALGORITHMS selected, once it did.
    var algorithms: SelectedAlgorithms? { machine.negotiated.flatMap { SelectedAlgorithms($0.algorithms) } }

    /// Carries out an effect.
    mutating func carryOut(_ effect: Responder.Effect) -> Progress {
        do throws(EffectFailure) {
            switch effect {
            case .none: return .output(.nothing)
            case .respond(let response): return .output(send(response))
            case .deliver(let request, let session): return .output(.vendorRequest(request, session))
            case .loadIdentities(let algorithms): return .outcome(.identitiesLoaded(try identities(algorithms)))
            case .drawChallenge(let summary): return .outcome(try drawChallenge(summary))
            case .measure(let demand): return .outcome(.measured(try measure(demand)))
            case .beginExchange(let summary): return .outcome(.exchangeBegun(try beginExchange(summary)))
            case .beginPSK(let demand): return .outcome(.pskBegun(try beginPSK(demand)))
            case .sign(let demand):
                let digest = try digest(demand.transcript)
                return .outcome(.signed(try sign(demand.context, digest, slot: demand.slot)))
            case .openSession(let opening): return .outcome(try openSession(opening))
            case .openPSKSession(let opening): return .outcome(try openPSKSession(opening))
            case .verifyFinish(let proof): return .outcome(try verifyFinish(proof))
            case .verifyRequester(let evidence): return .outcome(try verifyRequester(evidence))
            }
        } catch {
            requesterRefusal = error.refusal ?? requesterRefusal
            return .outcome(.failed(error.reason))
        }
    }
}

/// Why an effect did not succeed, with the errors below it made one.
struct EffectFailure: Error {
    let reason: Responder.Failure
    /// What the requester's proof of who it is lacks, if that is it.
    var refusal: RequesterRefusal?

    static let unavailable = EffectFailure(reason: .unavailable)
    static let unknownKey = EffectFailure(reason: .unknownKey)
    static let refused = EffectFailure(reason: .refused)

    static func refused(_ refusal: RequesterRefusal) -> EffectFailure {
        EffectFailure(reason: .refused, refusal: refusal)
    }

    /// Runs what the library may fail at.
    static func crypto<Value: ~Copyable>(
        _ body: () throws(CryptoError) -> Value
    ) throws(EffectFailure) -> Value {
        do throws(CryptoError) {
            return try body()
        } catch {
            throw unavailable
        }
    }

    /// Runs what keys of a session may fail at.
    static func keys<Value: ~Copyable>(
        _ body: () throws(SessionKeyError) -> Value
    ) throws(EffectFailure) -> Value {
        do throws(SessionKeyError) {
            return try body()
        } catch {
            throw unavailable
        }
    }
}

// MARK: - Identity and measurements

extension SPDMResponder {
    func identities(_ algorithms: Algorithms) throws(EffectFailure) -> Responder.Identities {
        guard let hash = HashAlgorithm(algorithms.hash) else { return Responder.Identities() }
        var slots: [Responder.Identities.Slot] = []
        for slot in settings.slots where slot.identity.signatures.contains(algorithms.asymmetric) {
            do throws(DeviceIdentityError) {
                slots.append(
                    Responder.Identities.Slot(
                        number: slot.number, chain: try slot.identity.chain(rootHash: hash),
                        digest: try slot.identity.chainDigest(rootHash: hash), keyPair: slot.keyPair))
            } catch {
                throw .unavailable
            }
        }
        var identities = Responder.Identities(slots: slots)
        if let own = settings.provisionedKey, own.signatures.contains(algorithms.asymmetric) {
            let key = try EffectFailure.crypto { () throws(CryptoError) in
                try own.withKey { key throws(CryptoError) in try key.publicKey().subjectPublicKeyInfo }
            }
            identities.publicKeyDigest = try Self.digest(key, hash)
        }
        if let requester = settings.requesterTrust?.provisioned {
            identities.requesterDigest = try Self.digest(requester, hash)
        }
        return identities
    }

    private static func digest(_ bytes: [UInt8], _ hash: HashAlgorithm) throws(EffectFailure) -> [UInt8] {
        try EffectFailure.crypto { () throws(CryptoError) in try hash.digest(of: bytes.span) }
    }

    /// The digest of a transcript.
    func digest(_ bytes: some Collection<UInt8>) throws(EffectFailure) -> [UInt8] {
        guard let algorithms else { throw .unavailable }
        return try Self.digest(Array(bytes), algorithms.hash)
    }

    /// A signature over the hash of a transcript, by the key of a slot.
    mutating func sign(
        _ context: SigningContext, _ digest: [UInt8], slot: UInt8
    ) throws(EffectFailure) -> [UInt8] {
        guard let negotiated = machine.negotiated, let algorithms, let signature = algorithms.signature else {
            throw .unavailable
        }
        guard let identity = settings.identity(slot) else { throw .unknownKey }
        let input = context.input(hash: digest, version: negotiated.version)
        do throws(CryptoError) {
            return try identity.withKey { key throws(CryptoError) in
                try chance.sign(input, with: key, hash: algorithms.hash, using: signature)
            }
        } catch {
            throw .unavailable
        }
    }

    private var measurementHash: HashAlgorithm? {
        machine.negotiated.flatMap { HashAlgorithm($0.algorithms.measurementHash) }
    }

    private func summary(_ wanted: MeasurementSummary) throws(EffectFailure) -> [UInt8] {
        guard let algorithms else { throw .unavailable }
        return try EffectFailure.crypto { () throws(CryptoError) in
            try settings.measurements.summary(wanted, measurementHash: measurementHash, hash: algorithms.hash)
        }
    }

    private mutating func drawChallenge(_ wanted: MeasurementSummary) throws(EffectFailure) -> Responder.Event {
        let summary = try summary(wanted)
        return .challengeDrawn(try nonce(), summary: summary)
    }

    private mutating func nonce() throws(EffectFailure) -> Nonce {
        do throws(CryptoError) {
            return try chance.nonce()
        } catch {
            throw .unavailable
        }
    }

    private mutating func measure(
        _ demand: Responder.MeasurementDemand
    ) throws(EffectFailure) -> Responder.Measured {
        let measurements = settings.measurements
        let told = demand.isPending ? settings.pendingMeasurements ?? measurements : measurements
        let hash = measurementHash
        let blocks = try EffectFailure.crypto { () throws(CryptoError) in
            try told.blocks(isRaw: demand.isRaw, hash: hash)
        }
        let isChanged = lastMeasurements.map { $0 != measurements } ?? false
        lastMeasurements = measurements
        return Responder.Measured(nonce: try nonce(), blocks: blocks, change: isChanged ? .changed : .unchanged)
    }

    private mutating func beginExchange(
        _ wanted: MeasurementSummary
    ) throws(EffectFailure) -> Responder.ExchangeBegun {
        guard let group = algorithms?.group else { throw .unavailable }
        let summary = try summary(wanted)
        do throws(CryptoError) {
            return Responder.ExchangeBegun(
                random: try chance.nonce(), sessionHalf: try chance.sessionIDHalf(),
                exchange: try chance.beginExchange(group), summary: summary)
        } catch {
            throw .unavailable
        }
    }

    private mutating func beginPSK(_ demand: Responder.PSKDemand) throws(EffectFailure) -> Responder.PSKBegun {
        guard settings.preSharedKey(demand.hint) != nil else { throw .unknownKey }
        let summary = try summary(demand.summary)
        do throws(CryptoError) {
            return Responder.PSKBegun(
                sessionHalf: try chance.sessionIDHalf(),
                context: demand.contextSize == 0 ? [] : try chance.bytes(demand.contextSize), summary: summary)
        } catch {
            throw .unavailable
        }
    }
}
