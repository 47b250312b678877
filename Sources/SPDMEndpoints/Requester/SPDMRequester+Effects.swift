internal import OpenSSLCrypto
internal import SPDM

extension SPDMRequester {
    /// What ALGORITHMS selected, once it did.
    var algorithms: SelectedAlgorithms? { negotiated.flatMap { SelectedAlgorithms($0.algorithms) } }

    /// Carries out an effect.
    mutating func carryOut(_ effect: RequesterMachine.Effect) -> Progress {
        do throws(RequesterFailure.Reason) {
            return try attempt(effect)
        } catch {
            return .result(.failed(error))
        }
    }

    private mutating func attempt(_ effect: RequesterMachine.Effect) throws(RequesterFailure.Reason) -> Progress {
        switch effect {
        case .none: return .step(nothingAwaited)
        case .refuse(let failure), .fail(let failure): return .step(.failed(failure))
        case .finish(let outcome): return .step(.done(outcome))
        case .exchange(let exchange): return .step(carry(exchange))
        case .draw(let draw): return .result(.drew(try drawn(draw)))
        case .presentIdentity: return .result(.drew(.identity(try ownIdentity())))
        case .admitProvisionedKey: return .result(.computed(try admitProvisionedKey()))
        case .sign(let transcript): return .result(.computed(try sign(transcript)))
        case .authenticate(let session, let transcript):
            return .result(.computed(try verifyData(session, transcript)))
        case .verifyChain(let claim): try verifyChain(claim)
        case .verifySignature(let claim): try verify(claim)
        case .agree(let agreement): try agree(agreement)
        case .derive(let derivation): try derive(derivation)
        case .establish(let establishment): try establish(establishment)
        case .updateKey(let session): try updateKey(session)
        }
        return .result(.succeeded)
    }
}

extension RequesterFailure.Reason {
    /// Runs what the library may fail at.
    static func crypto<Value: ~Copyable>(
        _ body: () throws(CryptoError) -> Value
    ) throws(RequesterFailure.Reason) -> Value {
        do throws(CryptoError) {
            return try body()
        } catch {
            throw .crypto(error.description)
        }
    }

    /// Runs what keys of a session may fail at.
    static func keys<Value: ~Copyable>(
        _ body: () throws(SessionKeyError) -> Value
    ) throws(RequesterFailure.Reason) -> Value {
        do throws(SessionKeyError) {
            return try body()
        } catch {
            throw .crypto(error.description)
        }
    }
}

// MARK: - Chance

extension SPDMRequester {
    private mutating func drawn(
        _ draw: RequesterMachine.Draw
    ) throws(RequesterFailure.Reason) -> RequesterMachine.Drawn {
        guard let algorithms else { throw .notPossible(.notConnected) }
        do throws(CryptoError) {
            switch draw {
            case .nonce: return .nonce(try chance.nonce())
            case .keyShare:
                guard let group = algorithms.group else { throw CryptoError.unavailable("key exchange") }
                let half = try chance.sessionIDHalf()
                let random = try chance.nonce()
                return .keyShare(sessionID: half, random: random, exchange: try chance.beginExchange(group))
            case .pskShare(let size):
                let half = try chance.sessionIDHalf()
                return .pskShare(sessionID: half, context: try chance.bytes(size))
            case .tags:
                let tags = try chance.bytes(2)
                return .tags(update: tags[0], verification: tags[1])
            }
        } catch {
            throw .crypto(error.description)
        }
    }
}

extension CryptoError {
    static func unavailable(_ operation: String) -> CryptoError {
        CryptoError(operation: operation, reasons: ["nothing was negotiated for it"])
    }
}

// MARK: - Identity

extension SPDMRequester {
    private func chainContext() throws(RequesterFailure.Reason) -> ChainContext {
        guard let negotiated, let algorithms, let signature = algorithms.signature else {
            throw .notPossible(.notConnected)
        }
        return ChainContext(
            version: negotiated.version, hash: algorithms.hash, signature: signature,
            signer: .responder(isAlias: negotiated.responder.flags.contains(.aliasCertificate)))
    }

    private mutating func verifyChain(_ claim: RequesterMachine.ChainClaim) throws(RequesterFailure.Reason) {
        identities[claim.slot] = nil
        chainRefusal = nil
        let context = try chainContext()
        let digest = try digest(claim.chain)
        guard constantTimeEqual(digest.span, claim.digest.span) else { throw .chainDigest }
        do throws(ChainRefusal) {
            identities[claim.slot] = try settings.trust.verify(claim.chain, context, time)
        } catch {
            chainRefusal = error
            throw .untrusted(error.description)
        }
    }

    private mutating func admitProvisionedKey() throws(RequesterFailure.Reason) -> [UInt8] {
        chainRefusal = nil
        let context = try chainContext()
        let identity: VerifiedIdentity
        do throws(ChainRefusal) {
            identity = try settings.trust.provisioned(context)
        } catch {
            chainRefusal = error
            throw .untrusted(error.description)
        }
        identities[0xFF] = identity
        return try digest(identity.subjectPublicKeyInfo)
    }

    func verify(_ claim: RequesterMachine.SignatureClaim) throws(RequesterFailure.Reason) {
        guard let negotiated, let algorithms, let signature = algorithms.signature else {
            throw .notPossible(.notConnected)
        }
        guard let identity = identities[claim.slot] else { throw .notPossible(.notAuthenticated(slot: claim.slot)) }
        let input = claim.context.input(hash: try digest(claim.transcript), version: negotiated.version)
        let isValid = try RequesterFailure.Reason.crypto { () throws(CryptoError) in
            let key = try identity.publicKey()
            return try key.isValid(claim.signature.span, for: input, hash: algorithms.hash, using: signature)
        }
        guard isValid else { throw .signature(claim.context) }
    }

    private func ownIdentity() throws(RequesterFailure.Reason) -> OwnIdentity {
        guard let identity = settings.identity, let algorithms else { throw .notPossible(.noKey) }
        let chain: [UInt8]
        do throws(DeviceIdentityError) {
            chain = try identity.chain(rootHash: algorithms.hash)
        } catch {
            throw .crypto(error.description)
        }
        return OwnIdentity(chain: chain, digest: try digest(chain))
    }

    private mutating func sign(_ transcript: [UInt8]) throws(RequesterFailure.Reason) -> [UInt8] {
        guard let identity = settings.identity, let negotiated, let algorithms,
            let signature = algorithms.requesterSignature
        else { throw .notPossible(.noKey) }
        let input = SigningContext.finish.input(hash: try digest(transcript), version: negotiated.version)
        do throws(CryptoError) {
            return try identity.withKey { (key) throws(CryptoError) in
                try chance.sign(input, with: key, hash: algorithms.hash, using: signature)
            }
        } catch {
            throw .crypto(error.description)
        }
    }

    /// The digest of a transcript.
    func digest(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> [UInt8] {
        guard let algorithms else { throw .notPossible(.notConnected) }
        return try RequesterFailure.Reason.crypto { () throws(CryptoError) in
            try algorithms.hash.digest(of: bytes.span)
        }
    }
}
