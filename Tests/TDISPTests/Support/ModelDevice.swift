import PCIe
import SPDM
import TDISP
import Testing

/// A device around a DSM: carries out its effects at once, or holds them until told.
final class ModelDevice {
    /// What can go wrong.
    enum Fault: Hashable, CaseIterable {
        case entropy, quiesce, start, adjust, stop
    }

    private final class Vault {
        var content = NonceVault()
    }

    private(set) var dsm: DSM
    /// What every interface knows of itself.
    var context = TDIFixture.context
    var report = TDIFixture.report
    var faults: Set<Fault> = []
    /// Whether effects wait for ``carryOutHeld()``.
    var holds = false
    private(set) var held: [DSM.Work] = []
    /// Every effect that was carried out, in order.
    private(set) var log: [DSM.Work] = []
    /// Nonces to hand out next; when none is left they count.
    var nonces: [StartNonce] = []
    private var vaults: [RequesterID: Vault] = [:]
    private var lockCount: UInt32 = 0
    /// How often a START was answered with START_INTERFACE_RESPONSE.
    private(set) var startCount = 0

    init(_ dsm: DSM) { self.dsm = dsm }

    // MARK: What comes in

    /// Gives bytes to the DSM; returns its answer, if there is one at once.
    func receive(_ bytes: [UInt8], over session: SessionID? = TDIFixture.sessionA) -> [UInt8]? {
        answers(to: .received(bytes, over: session)).first?.bytes
    }

    /// Asks an interface and checks what every answer must be: version, interface, exact length.
    func ask(
        _ request: TDISPRequest, of interfaceID: InterfaceID = TDIFixture.interfaceID,
        over session: SessionID = TDIFixture.sessionA, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> TDISPResponse {
        let bytes = try #require(
            receive(request.encoded(to: interfaceID), over: session), sourceLocation: sourceLocation)
        let header = try TDISPHeader.decode(bytes.span)
        #expect(header.version == .v1_0, sourceLocation: sourceLocation)
        #expect(header.interfaceID == interfaceID, sourceLocation: sourceLocation)
        return try TDISPResponse.decode(bytes.span)
    }

    /// Something else happens.
    @discardableResult func happens(_ event: DSM.Event) -> DSM.Effect {
        let transition = DSM.step(dsm, event)
        dsm = transition.next
        _ = carryOut(transition.effect)
        return transition.effect
    }

    /// Carries out what was held; returns the answers that came of it.
    func carryOutHeld() -> [(bytes: [UInt8], session: SessionID)] {
        let work = held
        held = []
        holds = false
        return work.flatMap { answers(to: .completed(perform($0), on: $0.interface)) }
    }

    // MARK: What is done

    private func answers(to event: DSM.Event) -> [(bytes: [UInt8], session: SessionID)] {
        let transition = DSM.step(dsm, event)
        dsm = transition.next
        return carryOut(transition.effect)
    }

    private func carryOut(_ effect: DSM.Effect) -> [(bytes: [UInt8], session: SessionID)] {
        switch effect {
        case .respond(let bytes, let session):
            if bytes.dropFirst().first == 0x06 { startCount += 1 }
            return [(bytes, session)]
        case .perform(let work) where holds:
            held += work
            return []
        case .perform(let work): return work.flatMap { answers(to: .completed(perform($0), on: $0.interface)) }
        case .none, .discard, .permitFirmwareUpdate, .refuseFirmwareUpdate: return []
        }
    }

    private func vault(_ interface: RequesterID) -> Vault {
        let vault = vaults[interface] ?? Vault()
        vaults[interface] = vault
        return vault
    }

    private func perform(_ work: DSM.Work) -> TDI.Outcome {
        log.append(work)
        let vault = vault(work.interface)
        switch work.effect {
        case .none, .answer:
            Issue.record("not work: \(work)")
            return .secured
        case .inspect: return .inspected(context)
        case .prepareLock:
            if faults.contains(.entropy) { return .lockNotPrepared(.insufficientEntropy) }
            if faults.contains(.quiesce) { return .lockNotPrepared(.notQuiesced) }
            lockCount += 1
            let epoch = TDI.LockEpoch(rawValue: lockCount)
            let nonce = nonces.isEmpty ? TDIFixture.nonce(UInt8(truncatingIfNeeded: lockCount)) : nonces.removeFirst()
            vault.content.keep(nonce, of: epoch)
            return .lockPrepared(nonce, epoch, report)
        case .consumeNonce(let nonce, let epoch): return vault.content.consume(nonce, of: epoch)
        case .start(let epoch): return faults.contains(.start) ? .notStarted(epoch) : .started(epoch)
        case .adjust: return faults.contains(.adjust) ? .notAdjusted : .adjusted
        case .stop:
            vault.content.destroy()
            return faults.contains(.stop) ? .notStopped : .stopped
        case .secure:
            vault.content.destroy()
            return .secured
        }
    }
}

extension ModelDevice {
    static let functionZero = RequesterID(bus: 0x3B, device: 0, function: 0)
    static let secondFunction = TDIFixture.requesterID
    static let virtualOfZero = [0x3B08, 0x3B09].map { RequesterID(rawValue: $0) }
    static let virtualOfSecond = RequesterID(rawValue: 0x3B10)
    static let everyInterface = [functionZero, secondFunction] + virtualOfZero + [virtualOfSecond]

    static let capabilities = TDISPCapabilities(
        requests: RequestSet.mandatory.union(DSM.optionalRequests), lockFlags: .all, outstandingPerDevice: 8)

    /// Two physical functions; the first has two virtual functions, the second has one.
    static func functions() -> [(address: FunctionAddress, role: DSM.Role)] {
        [
            (FunctionAddress(requesterID: virtualOfSecond), .virtual(of: secondFunction)),
            (FunctionAddress(requesterID: functionZero), .physical),
            (FunctionAddress(requesterID: secondFunction), .physical),
            (FunctionAddress(requesterID: virtualOfZero[0]), .virtual(of: functionZero)),
            (FunctionAddress(requesterID: virtualOfZero[1]), .virtual(of: functionZero)),
        ]
    }

    convenience init(capabilities: TDISPCapabilities = capabilities) {
        self.init(
            DSM(capabilities: capabilities, functionZero: Self.functionZero, functions: Self.functions()))
    }

    /// The state as the device says it.
    func state(of requesterID: RequesterID = TDIFixture.requesterID) throws -> TDIState? {
        guard case .interfaceState(let state) = try ask(.getInterfaceState, of: InterfaceID(requesterID: requesterID))
        else { return nil }
        return state
    }

    /// Brings an interface to CONFIG_LOCKED and returns its nonce.
    @discardableResult func lock(
        _ requesterID: RequesterID = TDIFixture.requesterID, _ request: LockInterfaceRequest = TDIFixture.lockRequest
    ) throws -> StartNonce {
        let answer = try ask(.lockInterface(request), of: InterfaceID(requesterID: requesterID))
        guard case .lockInterface(let nonce) = answer else {
            Issue.record("not locked: \(answer)")
            return StartNonce(InlineArray(repeating: 0))
        }
        return nonce
    }

    /// Brings an interface to RUN and returns its spent nonce.
    @discardableResult func run(_ requesterID: RequesterID = TDIFixture.requesterID) throws -> StartNonce {
        let nonce = try lock(requesterID)
        #expect(try ask(.startInterface(nonce), of: InterfaceID(requesterID: requesterID)) == .startInterface)
        return nonce
    }

    /// Which interfaces are in ERROR.
    var failed: Set<RequesterID> {
        Set(dsm.interfaces.filter { $0.tdi.state == .error }.map(\.address.requesterID))
    }
}
