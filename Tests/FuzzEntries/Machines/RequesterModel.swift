internal import PCIe
internal import TDISP

/// A TDISP requester, its owner, who keeps the nonce, and an observer who believes only what was sent and received, and
/// holds the results to it.
struct RequesterModel {
    static let interfaceID = InterfaceID(requesterID: RequesterID(rawValue: 0xBEEF))

    private(set) var requester = TDIRequester(
        interfaceID: interfaceID,
        limits: TDIRequester.Limits(busyRetries: 2, stopAttempts: 2, reportPortion: 64, reportByteCount: 256))
    private var nonce: StartNonce?
    private var operation: TDIRequester.Operation?
    private var seen = Seen()

    /// What crossed the wire in this operation.
    private struct Seen {
        /// The last answer about the state.
        var state: TDIState?
        /// The requests sent.
        var sent: [TDISPMessageType] = []
        /// Whether the requests that move an interface forward were granted.
        var isLockGranted = false
        var isStartGranted = false

        /// Whether anything was sent that changes the interface.
        var mayHaveChanged: Bool {
            sent.contains { ![.getVersion, .getCapabilities, .getInterfaceReport, .getInterfaceState].contains($0) }
        }
    }

    /// Passes an event to the requester and checks what comes of it.
    mutating func take(_ event: TDIRequester.Event) throws(BrokenInvariant) {
        let before = requester
        switch event {
        case .begin(let begun) where before.activity == .idle:
            operation = begun
            seen = Seen()
        case .received(let bytes): try note(bytes)
        case .begin, .timedOut, .waited, .nonce, .nonceMissing: break
        }
        let transition = TDIRequester.step(before, event)
        requester = transition.next
        switch transition.effect {
        case .none: try require(requester == before, "an event that changes nothing changed the state")
        case .send(let bytes): try checkSent(bytes)
        case .storeNonce(let granted, let bytes):
            try require(seen.isLockGranted, "a nonce without LOCK_INTERFACE_RESPONSE")
            nonce = granted
            try checkSent(bytes)
        case .provideNonce:
            guard case .awaitingNonce = requester.activity else { throw BrokenInvariant("no nonce is awaited") }
        case .wait(let retry):
            guard case .backingOff(let exchange) = requester.activity else { throw BrokenInvariant("no wait") }
            try require(
                retry == exchange.retries && (1...requester.limits.busyRetries).contains(retry), "retry \(retry)")
        case .finish(.failed(.operationRunning, .untouched)):
            try require(requester == before, "a second operation disturbed the first")
        case .finish(let result):
            try require(requester.activity == .idle, "the operation ended and goes on")
            try check(result)
            if !result.keepsNonce { nonce = nil }
        }
    }

    /// Gives the nonce that is kept, or says that there is none.
    mutating func provideNonce() throws(BrokenInvariant) {
        guard let nonce else { return try take(.nonceMissing) }
        try take(.nonce(nonce))
    }

    /// Lets everything that is awaited fail to come: the operation must end.
    mutating func abandon() throws(BrokenInvariant) {
        for _ in 0..<32 {
            switch requester.activity {
            case .idle: return
            case .awaitingResponse: try take(.timedOut)
            case .backingOff: try take(.waited)
            case .awaitingNonce: try take(.nonceMissing)
            }
        }
        throw BrokenInvariant("the operation does not end: \(requester.activity)")
    }

    /// Notes what a readable answer of this interface to the request that is out says.
    private mutating func note(_ bytes: [UInt8]) throws(BrokenInvariant) {
        guard case .awaitingResponse(let exchange) = requester.activity,
            let header = try accepted(bytes, TDISPHeader.decode), header.version == .v1_0,
            header.interfaceID == Self.interfaceID, let response = try accepted(bytes, TDISPResponse.decode)
        else { return }
        switch (exchange.step, response) {
        case (.state, .interfaceState(let state)): seen.state = state
        case (.lock, .lockInterface): seen.isLockGranted = true
        case (.start, .startInterface): seen.isStartGranted = true
        default: break
        }
    }

    private mutating func checkSent(_ bytes: [UInt8]) throws(BrokenInvariant) {
        guard case .awaitingResponse = requester.activity else { throw BrokenInvariant("no answer is awaited") }
        guard let header = try accepted(bytes, TDISPHeader.decode),
            let request = try accepted(bytes, TDISPRequest.decode)
        else { throw BrokenInvariant("a request that cannot be read") }
        try require(
            header.version == .v1_0 && header.interfaceID == Self.interfaceID && header.type.isRequest, "\(header)")
        switch request {
        case .startInterface(let shown):
            try require(seen.state == .configLocked && shown == nonce, "START in \(String(describing: seen.state))")
        case .lockInterface:
            try require(seen.state == .configUnlocked, "LOCK in \(String(describing: seen.state))")
        default: break
        }
        seen.sent.append(header.type)
    }

    /// A result says no more than what was seen.
    private func check(_ result: TDIRequester.Result) throws(BrokenInvariant) {
        let isTrue: Bool
        switch result {
        case .negotiated(let capabilities): isTrue = operation == .negotiate && requester.negotiated == capabilities
        case .locked: isTrue = seen.isLockGranted && seen.state == .configLocked && nonce != nil
        case .report(let bytes): isTrue = try accepted(bytes, InterfaceReport.decode) != nil
        case .running: isTrue = operation == .start && seen.isStartGranted && seen.state == .run
        case .stopped: isTrue = seen.sent.contains(.stopInterface) && seen.state == .configUnlocked
        case .state(let state): isTrue = operation == .queryState && seen.state == state
        case .adjusted: isTrue = seen.mayHaveChanged
        case .refused(_, in: nil): isTrue = true
        case .refused(_, in: let state): isTrue = seen.state == state
        case .failed(_, .untouched): isTrue = !seen.mayHaveChanged
        case .failed(_, .stopped): isTrue = seen.sent.contains(.stopInterface) && seen.state == .configUnlocked
        case .failed(_, .notStopped(let state)): isTrue = seen.sent.contains(.stopInterface) && seen.state == state
        case .outcomeUnknown: isTrue = seen.sent.contains(.stopInterface)
        }
        try require(isTrue, "\(result) after \(seen)")
    }
}
