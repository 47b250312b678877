internal import OpenSSLCrypto
internal import SPDM

extension SPDMRequester {
    /// A session without keys, as it was negotiated.
    private mutating func open(
        _ session: SessionID, isEncrypted: Bool
    ) throws(RequesterFailure.Reason) -> SessionKeyHolder {
        guard let negotiated, let algorithms, let suite = algorithms.suite else { throw .notPossible(.notConnected) }
        let holder = SessionKeyHolder(
            SessionKeys(
                .requester, session: session, version: negotiated.version, hash: algorithms.hash, suite: suite,
                isEncrypted: isEncrypted, recordLimit: settings.recordLimit))
        keys[session] = holder
        return holder
    }

    private func holder(_ session: SessionID) throws(RequesterFailure.Reason) -> SessionKeyHolder {
        guard let holder = keys[session] else { throw .notPossible(.noSession(session)) }
        return holder
    }

    mutating func agree(_ agreement: RequesterMachine.KeyAgreement) throws(RequesterFailure.Reason) {
        try verify(agreement.signature)
        let th1 = try digest(agreement.th1)
        let secret = try sharedSecret(agreement.exchange)
        log(secret, "dhe_secret", agreement.session)
        let holder = try open(agreement.session, isEncrypted: agreement.isEncrypted)
        do throws(SessionKeyError) {
            try holder.keys.beginHandshake(sharedSecret: secret, th1: th1)
        } catch {
            throw .crypto(error.description)
        }
        if let verifyData = agreement.verifyData { try check(verifyData, holder, th1) }
    }

    /// The secret shared with the responder, whose public value may be none.
    private mutating func sharedSecret(_ peer: [UInt8]) throws(RequesterFailure.Reason) -> SecretBytes {
        do throws(CryptoError) {
            return try chance.finishExchange(peer)
        } catch {
            throw .unexpected(field: "ExchangeData", expected: "a public value of the group", seen: error.description)
        }
    }

    mutating func derive(_ derivation: RequesterMachine.PSKDerivation) throws(RequesterFailure.Reason) {
        guard let psk = settings.preSharedKeys.first(where: { $0.hint == derivation.hint }) else {
            throw .notPossible(.noKey)
        }
        log(psk.secret, "psk", derivation.session)
        let th1 = try digest(derivation.th1)
        let holder = try open(derivation.session, isEncrypted: derivation.isEncrypted)
        try RequesterFailure.Reason.keys { () throws(SessionKeyError) in
            try holder.keys.beginHandshake(psk: psk.secret, th1: th1)
        }
        try check(derivation.verifyData, holder, th1)
    }

    private func check(
        _ verifyData: [UInt8], _ holder: SessionKeyHolder, _ hash: [UInt8]
    ) throws(RequesterFailure.Reason) {
        let isValid = try RequesterFailure.Reason.keys { () throws(SessionKeyError) in
            try holder.keys.isValid(verifyData.span, .response, transcriptHash: hash)
        }
        guard isValid else { throw .verifyData }
    }

    func verifyData(_ session: SessionID, _ transcript: [UInt8]) throws(RequesterFailure.Reason) -> [UInt8] {
        let holder = try holder(session)
        let hash = try digest(transcript)
        return try RequesterFailure.Reason.keys { () throws(SessionKeyError) in
            try holder.keys.verifyData(.request, transcriptHash: hash)
        }
    }

    func establish(_ establishment: RequesterMachine.Establishment) throws(RequesterFailure.Reason) {
        let holder = try holder(establishment.session)
        if let proof = establishment.proof { try check(proof.verifyData, holder, try digest(proof.transcript)) }
        let th2 = try digest(establishment.th2)
        try RequesterFailure.Reason.keys { () throws(SessionKeyError) in try holder.keys.beginApplication(th2: th2) }
    }

    func updateKey(_ session: SessionID) throws(RequesterFailure.Reason) {
        let holder = try holder(session)
        try RequesterFailure.Reason.keys { () throws(SessionKeyError) in try holder.keys.updateKey(.request) }
    }

    private func log(_ secret: borrowing SecretBytes, _ label: String, _ session: SessionID) {
        guard let keyLog = settings.keyLog else { return }
        keyLog(session, label, secret.withBytes { bytes in bytes.indices.map { bytes[$0] } })
    }
}
