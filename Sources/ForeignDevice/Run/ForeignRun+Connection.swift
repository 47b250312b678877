internal import Attestation
internal import OpenSSLCrypto
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
                return done(.discover, "\(types.count) types of objects")
            case .finish(.failure(let reason)): throw failure(.discover, .discovery(reason))
            case .none: throw failure(.discover, .discovery(.noAnswer(0)))
            }
        }
    }

    /// Negotiates: strictly, and where that comes to nothing again with all that is spoken here, to see what is wrong.
    func connect() async throws(Failure) {
        if case .failure(let refusal) = await perform(.connect) {
            requester = SPDMRequester(settings.requesterSettings(.tolerant))
            guard case .success = await perform(.connect) else { throw failure(.connect, .spdm(refusal)) }
            try admit(.weakAlgorithms, refusal.reason.description, at: .connect)
        }
        guard let negotiated = requester.negotiated else { return }
        report.connection = negotiated
        done(.connect, "SPDM \(negotiated.version)")
    }

    /// Reads the certificate chain and has it judged.
    func authenticate() async throws(Failure) {
        if case .failure(let refusal) = await perform(.authenticate(slot: settings.slot, challenge: nil)) {
            guard let deviation = requester.chainRefusal?.admittedBy else {
                throw failure(.authenticate, .spdm(refusal))
            }
            throw failure(.authenticate, .deviation(deviation, refusal.reason.description))
        }
        guard let identity = requester.identity(inSlot: settings.slot) else { return }
        report.identity = identity
        for rule in identity.admitted { note(ForeignDeviation(rule), "serial \(identity.serialNumber)") }
        if !settings.isPinned(identity) {
            try admit(.unknownRoot, "\(identity.certificates.first?.subject ?? "no root")", at: .authenticate)
        }
        if identity.pciName != nil, !identity.isPCINameCompared { report.notChecked.insert(.pciName) }
        done(.authenticate, identity.serialNumber.isEmpty ? "serial unknown" : "serial \(identity.serialNumber)")
    }

    /// Opens the session that everything after it passes in.
    func openSession() async throws(Failure) {
        switch await perform(.openSession(SessionWish(.slot(settings.slot)))) {
        case .success(.sessionOpened(let opened)):
            session = opened.id
            report.session = opened
            done(.openSession, "session \(opened.id)")
        case .success: break
        case .failure(let reason): throw failure(.openSession, .spdm(reason))
        }
    }

    /// Asks for all measurements under a signature: in the session, if there is one.
    func measure() async throws(Failure) {
        guard let negotiated = requester.negotiated, negotiated.responder.flags.contains(.measurements) else {
            return try admit(.noMeasurements, "the device does not have MEAS_CAP with signatures", at: .measure)
        }
        switch await perform(.measure(MeasurementQuery(.all, signedBy: settings.slot), in: session)) {
        case .success(.measured(let measured)):
            report.measurements = measured.blocks
            report.areMeasurementsSigned = !measured.proofs.isEmpty
            freshness = measured.proofs.first?.nonce
            report.notChecked.insert(.measurementValues)
            done(.measure, "\(measured.blocks.count), signed")
        case .success: break
        case .failure(let reason): throw failure(.measure, .spdm(reason))
        }
    }
}

extension ForeignDeviceSettings {
    /// A requester under a policy, that believes whom these settings believe.
    func requesterSettings(_ policy: AlgorithmPolicy) -> RequesterSettings {
        RequesterSettings(
            offer: RequesterOffer(policy: policy, capabilities: RequesterSettings.capabilities()), trust: trust,
            keyLog: keyLog)
    }

    /// Believes who is issued under the pinned root. Where none is pinned, or any is allowed, the chain's own first
    /// certificate stands in: whether it may is decided afterwards.
    private var trust: ResponderTrust {
        let pciName = pciName
        let rules = Set(allowed.compactMap(\.certificateRule))
        let pinned = anchor.map { DeviceTrust($0, pciName: pciName, deviations: rules) }
        let takesAny = pinned == nil || allowed.contains(.unknownRoot)
        return ResponderTrust(
            verify: { (chain, context, time) throws(ChainRefusal) in
                do throws(ChainRefusal) {
                    if let pinned { return try pinned.verify(chain, as: context, at: time) }
                } catch {
                    guard takesAny else { throw error }
                }
                let own = DeviceTrust(Self.ownRoot(of: chain, context.hash), pciName: pciName, deviations: rules)
                return try own.verify(chain, as: context, at: time)
            },
            provisioned: { (context) throws(ChainRefusal) in
                try DeviceTrust(.roots([])).provisionedIdentity(as: context)
            })
    }

    /// The first certificate of a chain, as its root.
    private static func ownRoot(of chain: [UInt8], _ hash: HashAlgorithm) -> TrustAnchor {
        guard let layout = try? SPDMCertificateChain.decode(chain.span, hashSize: hash.digestByteCount),
            let first = try? CertificateChain.split(chain.span.extracting(layout.certificates)).first
        else { return .roots([]) }
        return .roots([first])
    }

    /// Whether the root is one that was pinned.
    func isPinned(_ identity: VerifiedIdentity) -> Bool {
        guard let root = identity.certificates.first?.encoding else { return false }
        return switch anchor {
        case .roots(let roots): roots.contains(root)
        case .rootDigest(let digest, let hash): (try? hash.digest(of: root.span)) == digest
        case nil: false
        }
    }
}

extension ChainRefusal {
    /// The deviation that would admit the chain, as far as this refusal goes.
    fileprivate var admittedBy: ForeignDeviation? {
        if let deviation { return ForeignDeviation(deviation) }
        return field == .rootHash || field == .certificate(.root) ? .unknownRoot : nil
    }
}
