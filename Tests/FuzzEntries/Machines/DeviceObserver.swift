internal import PCIe
internal import SPDM
internal import TDISP

/// Holds a DSM to what crosses the wire.
///
/// - A message in clear is dropped, every other is answered or worked on; an answer goes to whoever asked, once.
/// - An answer is well-formed, repeats the interface, and its type is the request's or TDISP_ERROR.
/// - What is answered at once changes nothing, and no error comes with a change of state.
/// - What an answer says of the state is so.
/// - RUN is entered only after a START over the locking session that showed the nonce which LOCK handed out, once.
struct DeviceObserver {
    /// What crossed the wire about one interface, in the order of ``DSM/interfaces``.
    private struct Interface {
        /// Who waits for an answer.
        var asker: SessionID?
        /// The nonce that the last LOCK_INTERFACE_RESPONSE carried, while it is good.
        var nonce: StartNonce?
        /// The session that the nonce went to.
        var locker: SessionID?
        /// Whether a START showed it.
        var isNonceShown = false
    }

    private var interfaces: [Interface]

    init(interfaceCount: Int) { interfaces = Array(repeating: Interface(), count: interfaceCount) }

    /// Checks one step.
    mutating func check(
        _ before: DSM, _ event: DSM.Event, _ transition: DSM.Transition
    ) throws(BrokenInvariant) {
        let after = transition.next
        try require(after.interfaces.count == interfaces.count, "the DSM has other interfaces than before")
        if case .received(let bytes, let session) = event {
            try checkReceived(bytes, over: session, before, transition)
        }
        switch transition.effect {
        case .respond(let bytes, let session):
            try checkAnswer(bytes, over: session, before, event, after)
        case .perform(let work):
            try require(!work.isEmpty, "no work to perform")
            for item in work { try require(after.interface(item.interface) != nil, "work on no interface") }
        case .none, .discard, .permitFirmwareUpdate, .refuseFirmwareUpdate: break
        }
        for index in interfaces.indices {
            try checkState(of: index, from: before.interfaces[index].tdi.state, to: after.interfaces[index].tdi.state)
            if after.interfaces[index].pending == nil { interfaces[index].asker = nil }
        }
    }

    // MARK: Requests

    private mutating func checkReceived(
        _ bytes: [UInt8], over session: SessionID?, _ before: DSM, _ transition: DSM.Transition
    ) throws(BrokenInvariant) {
        switch transition.effect {
        case .discard(.notSecured):
            try require(session == nil && transition.next == before, "a message of a session was dropped")
        case .respond(_, let asker):
            try require(asker == session, "an answer to another session")
            try require(transition.next == before, "an answer at once came with a change")
        case .perform(let work):
            guard let session, work.count == 1, let index = before.index(of: work[0].interface) else {
                throw BrokenInvariant("a request led to \(work)")
            }
            try require(interfaces[index].asker == nil, "a second request was taken while one is worked on")
            interfaces[index].asker = session
            try noteStart(bytes, over: session, index, before)
        case .none, .discard(.sessionEnded), .permitFirmwareUpdate, .refuseFirmwareUpdate:
            throw BrokenInvariant("a request led to \(transition.effect)")
        }
    }

    /// A START that is worked on: whether it shows the nonce that went over the wire, in the session it went to.
    private mutating func noteStart(
        _ bytes: [UInt8], over session: SessionID, _ index: Int, _ before: DSM
    ) throws(BrokenInvariant) {
        guard case .startInterface(let nonce)? = try accepted(bytes, TDISPRequest.decode) else { return }
        let seen = interfaces[index]
        interfaces[index].isNonceShown =
            before.interfaces[index].tdi.state == .configLocked && seen.nonce == nonce && seen.locker == session
    }

    // MARK: Answers

    private mutating func checkAnswer(
        _ bytes: [UInt8], over session: SessionID, _ before: DSM, _ event: DSM.Event, _ after: DSM
    ) throws(BrokenInvariant) {
        guard let header = try accepted(bytes, TDISPHeader.decode),
            let response = try accepted(bytes, TDISPResponse.decode), header.version == .v1_0
        else { throw BrokenInvariant("an answer that cannot be read") }
        let index: Int?
        switch event {
        case .received(let request, _):
            let asked = try accepted(request, TDISPHeader.decode)
            try require(
                header.interfaceID == asked?.interfaceID ?? Self.noInterface, "an answer about another interface")
            try require(
                header.type == .error || header.type == asked?.type.response, "\(header.type) answers \(request)")
            index = asked.flatMap { before.index(named: $0.interfaceID) }
            try require(index != nil || header.type == .error, "a request to no interface was not refused")
        case .completed(_, let interface):
            index = before.index(of: interface)
            let asker = index.flatMap { interfaces[$0].asker }
            try require(asker == session, "an answer to \(session), where \(String(describing: asker)) asked")
        case .incident, .deviceIncident, .conventionalReset, .busRenumbered, .firmwareUpdateRequested,
            .recoverFromError:
            throw BrokenInvariant("\(event) was answered")
        }
        guard let index else { return }
        try check(response, over: session, index, after.interfaces[index].tdi.state)
        if case .error = response {
            try require(before.states == after.states, "an error came with a change from \(before) to \(after)")
        }
    }

    private static let noInterface = InterfaceID(requesterID: RequesterID(rawValue: 0))

    /// What an answer says of the interface's state must be so.
    private mutating func check(
        _ response: TDISPResponse, over session: SessionID, _ index: Int, _ state: TDIState
    ) throws(BrokenInvariant) {
        let claimed: TDIState?
        switch response {
        case .lockInterface(let nonce):
            claimed = .configLocked
            interfaces[index].nonce = nonce
            interfaces[index].locker = session
        case .startInterface, .bindP2PStream, .unbindP2PStream, .setMMIOAttribute: claimed = .run
        case .stopInterface: claimed = .configUnlocked
        case .interfaceState(let told): claimed = told
        case .version, .capabilities, .error: claimed = nil
        case .interfaceReport:
            claimed = nil
            try require(state == .configLocked || state == .run, "a report in \(state)")
        case .vendorDefined, .unknown: throw BrokenInvariant("an answer of type \(response.type)")
        }
        try require(claimed == nil || claimed == state, "\(response.type) was answered in \(state)")
    }

    // MARK: States

    private mutating func checkState(of index: Int, from old: TDIState, to new: TDIState) throws(BrokenInvariant) {
        switch (old, new) {
        case (.configLocked, .run):
            try require(interfaces[index].isNonceShown, "RUN without a START that showed the nonce of the lock")
            // A nonce is good for one START.
            interfaces[index].nonce = nil
            interfaces[index].isNonceShown = false
        case (.configUnlocked, .run), (.run, .configLocked), (.error, .configLocked), (.error, .run):
            throw BrokenInvariant("from \(old) to \(new)")
        case (_, .configUnlocked) where old != new, (_, .error) where old != new:
            interfaces[index].nonce = nil
            interfaces[index].isNonceShown = false
        case (.configUnlocked, _), (.configLocked, _), (.run, _), (.error, _): break
        }
    }
}

extension DSM {
    fileprivate var states: [TDIState] { interfaces.map(\.tdi.state) }

    fileprivate func index(of requesterID: RequesterID) -> Int? {
        interfaces.firstIndex { $0.address.requesterID == requesterID }
    }

    fileprivate func index(named interfaceID: InterfaceID) -> Int? {
        interfaces.firstIndex { interfaceID.names($0.address) }
    }
}
