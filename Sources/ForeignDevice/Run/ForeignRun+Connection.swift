internal import Attestation
internal import OpenSSLCrypto
internal import PCIe
internal import SPDM
internal import SPDMEndpoints

extension ForeignRun {
    /// Asks the mailbox what it takes.
    func discover() async throws(Failure) {
        var transition = DOEDiscoveryWalk.begin()
        while true {
            switch transition.effect {
            case .send(let object):
                let event = await carry(object).map { DOEDiscoveryWalk.Event.answered($0) } ?? .unanswered
                transition = DOEDiscoveryWalk.step(transition.next, event)
            case .finish(.success(let types)):
                report.types = types
                return try done(.discover, "\(types.count) types of objects")
            case .finish(.failure(let reason)): throw failure(.discover, .discovery(reason))
            case .none: throw failure(.discover, .discovery(.noAnswer(0)))
            }
        }
    }

    /// Negotiates: strictly, and where that comes to nothing again with all that is spoken here, to see what is wrong.
    func connect() async throws(Failure) {
        if let (refusal, weakness) = await connectStrictly() {
            requester = SPDMRequester(settings.requesterSettings(.tolerant))
            guard case .success = await perform(.connect) else { throw failure(.connect, refusal) }
            try admit(.weakAlgorithms, weakness, at: .connect)
        }
        guard let negotiated = requester.negotiated else { throw failure(.connect, .spdm(.lost(.getVersion))) }
        report.connection = negotiated
        if negotiated.responder.flags.contains(.publicKeyID) { slot = 0xFF }
        try done(.connect, "SPDM \(negotiated.version)")
    }

    /// Negotiates under the strict policy; nil when that leads to what the goal needs, else why not.
    private func connectStrictly() async -> (Failure.Reason, weakness: String)? {
        if case .failure(let refusal) = await perform(.connect) {
            return (.spdm(refusal), refusal.reason.description)
        }
        guard settings.goal == .convert, let negotiated = requester.negotiated else { return nil }
        do throws(PolicyRefusal) {
            _ = try AlgorithmPolicy.strict.isEncrypted(
                requester: negotiated.requester.flags, responder: negotiated.responder.flags)
            return nil
        } catch {
            return (.spdm(RequesterFailure(.keyExchange, .notAllowed(error))), error.description)
        }
    }

    /// Reads the certificate chain, if there is one, and has it or the provisioned key judged.
    func authenticate() async throws(Failure) {
        if settings.preSharedKey != nil, settings.anchor == nil, settings.deviceKey == nil {
            report.notChecked.insert(.identity)
            return
        }
        if case .failure(let refusal) = await perform(.authenticate(slot: slot, challenge: nil)) {
            throw failure(.authenticate, .spdm(refusal))
        }
        guard let identity = requester.identity(inSlot: slot) else {
            throw failure(.authenticate, .spdm(.lost(.getCertificate)))
        }
        report.identity = identity
        var met = identity.admitted.map { rule in
            ForeignDeviceReport.Admission(deviation: ForeignDeviation(rule), seen: identity.leaf?.subject ?? "no leaf")
        }
        if !settings.isPinned(identity) {
            met.append(.init(deviation: .unknownRoot, seen: identity.rootWords))
        }
        try admit(met, at: .authenticate)
        if identity.pciName != nil, !identity.isPCINameCompared { report.notChecked.insert(.pciName) }
        try done(.authenticate, identity.words)
    }

    /// Opens the session that everything after it passes in.
    func openSession() async throws(Failure) {
        let key: SessionWish.Key = settings.preSharedKey.map { .psk(hint: $0.hint) } ?? .slot(slot)
        mayHaveSession = true
        switch await perform(.openSession(SessionWish(key))) {
        case .success(.sessionOpened(let opened)):
            session = opened.id
            report.session = opened
            try done(.openSession, "session \(opened.id), \(opened.words(report.connection))")
        case .success: throw failure(.openSession, .spdm(.lost(.keyExchange)))
        case .failure(let reason):
            mayHaveSession = !reason.isRefusalOfSession
            throw failure(.openSession, .spdm(reason))
        }
    }

    /// Asks for all measurements under a signature: in the session, if there is one. Where only a pre-shared key says who
    /// the device is, there is no other to sign them with, and the session vouches for them.
    func measure() async throws(Failure) {
        let flags = requester.negotiated?.responder.flags ?? []
        guard report.identity != nil else { return try await measureUnsigned(flags) }
        guard flags.contains(.measurements) else {
            return try admit(.noMeasurements, "the device does not have MEAS_CAP with signatures", at: .measure)
        }
        switch await perform(.measure(MeasurementQuery(.all, signedBy: slot), in: session)) {
        case .success(.measured(let measured)):
            report.measurements = measured.blocks
            guard !measured.proofs.isEmpty else {
                return try admit(.noMeasurements, "MEASUREMENTS without a signature", at: .measure)
            }
            report.areMeasurementsSigned = true
            report.notChecked.insert(.measurementValues)
            try done(.measure, "\(measured.blocks.count), signed")
        case .success: throw failure(.measure, .spdm(.lost(.getMeasurements)))
        case .failure(let reason): throw failure(.measure, .spdm(reason))
        }
    }

    private func measureUnsigned(_ flags: CapabilityFlags) async throws(Failure) {
        guard !flags.isDisjoint(with: [.measurements, .measurementsUnsigned]) else {
            return try admit(.noMeasurements, "the device does not have MEAS_CAP", at: .measure)
        }
        switch await perform(.measure(MeasurementQuery(.all), in: session)) {
        case .success(.measured(let measured)):
            report.measurements = measured.blocks
            report.notChecked.insert(.measurementValues)
            try done(.measure, "\(measured.blocks.count), not signed")
        case .success: throw failure(.measure, .spdm(.lost(.getMeasurements)))
        case .failure(let reason): throw failure(.measure, .spdm(reason))
        }
    }
}

extension ForeignDeviceSettings {
    /// A requester under a policy, that believes whom these settings believe.
    func requesterSettings(_ policy: AlgorithmPolicy) -> RequesterSettings {
        var capabilities = RequesterSettings.capabilities(of: identity, hasKeys: preSharedKey != nil)
        // All that can be spoken; who hears a handshake learns who its ends are, and nothing of the session.
        if policy == .tolerant { capabilities.flags.insert(.handshakeInTheClear) }
        return RequesterSettings(
            offer: RequesterOffer(policy: policy, capabilities: capabilities), trust: trust, identity: identity,
            preSharedKeys: preSharedKey.map { [$0] } ?? [], keyLog: keyLog)
    }

    /// Believes who is issued under the pinned root, else under the chain's own first certificate, with every rule waived
    /// that can be: what of that is allowed is decided by what the identity then needed.
    private var trust: ResponderTrust {
        let (pciName, deviceKey) = (pciName, deviceKey)
        @Sendable func trust(_ anchor: TrustAnchor) -> DeviceTrust {
            DeviceTrust(
                anchor, pciName: pciName, deviations: Set(CertificateDeviation.allCases), provisionedKey: deviceKey)
        }
        let pinned = anchor.map(trust)
        return ResponderTrust(
            verify: { (chain, context, time) throws(ChainRefusal) in
                func verifyByOwnRoot() throws(ChainRefusal) -> VerifiedIdentity {
                    try trust(.roots([])).trustingOwnRoot(of: chain, context.hash).verify(chain, as: context, at: time)
                }
                guard let pinned else { return try verifyByOwnRoot() }
                do throws(ChainRefusal) {
                    return try pinned.verify(chain, as: context, at: time)
                } catch {
                    guard let identity = try? verifyByOwnRoot() else { throw error }
                    return identity
                }
            },
            provisioned: { (context) throws(ChainRefusal) in
                try trust(.roots([])).provisionedIdentity(as: context)
            })
    }

    /// Whether the root is one that was pinned; where none was, whether the key is the one that was provisioned. Who names
    /// both wants both. A root that is not in the chain can only be one that was given whole.
    func isPinned(_ identity: VerifiedIdentity) -> Bool {
        switch anchor {
        case .roots(let roots):
            roots.contains { (try? HashAlgorithm.sha384.digest(of: $0.span)) == identity.rootDigest }
        case .rootDigest(let digest, let hash):
            identity.certificates.first.map { (try? hash.digest(of: $0.encoding.span)) == digest } ?? false
        // Under another key it would not have been verified.
        case nil: deviceKey != nil
        }
    }
}

extension RequesterFailure {
    /// The requester does not have what the operation that it called done should have brought.
    fileprivate static func lost(_ request: MessageCode) -> Self {
        RequesterFailure(request, .closed, loss: .connection)
    }

    /// Whether the device said no to the first message of a handshake: it then has no session, half-open or whole.
    fileprivate var isRefusalOfSession: Bool {
        guard request == .keyExchange || request == .pskExchange else { return false }
        return switch reason {
        case .busy, .refused, .requestTooLarge: true
        case .noAnswer, .notReady, .malformed, .unexpected, .responseTooLarge, .unprotected, .recordNotAuthentic,
            .signature, .verifyData, .chainDigest, .untrusted, .notAllowed, .notPossible, .crypto, .closed:
            false
        }
    }
}

extension VerifiedIdentity {
    /// The root that it shows, if any.
    fileprivate var rootWords: String {
        guard let root = certificates.first else { return "no certificates, only the key that was provisioned" }
        return "certificate 0, root: \(root.subject), sha384:\(rootDigest.map { hex($0, 2) }.joined())"
    }

    /// Who it is, in a few words.
    fileprivate var words: String {
        if certificates.isEmpty { return "the key that was provisioned" }
        return serialNumber.isEmpty ? "serial unknown" : "serial \(serialNumber)"
    }
}
