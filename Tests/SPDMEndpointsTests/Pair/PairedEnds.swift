import SPDM
import SPDMEndpoints

/// Our requester and our responder, and a wire between them that somebody may have his hands on.
struct PairedEnds: ~Copyable {
    /// An operation that does not end within ``messageLimit`` messages.
    struct Endless: Error {
        let operation: RequesterOperation
    }

    /// More messages than any operation here needs.
    static let messageLimit = 400

    var requester: SPDMRequester
    var responder: SPDMResponder
    var wire = Wire()
    /// How the device answers a vendor's request; as it was asked, unless a test says otherwise.
    var device: @Sendable ([UInt8]) -> [UInt8] = { request in request[..<1] + [0x7E] + request.dropFirst(2) }
    /// What still arrives at the requester.
    private var arriving: [TransportMessage] = []
    /// How long the requester waited, in microseconds.
    private(set) var waited: UInt64 = 0
    /// The sessions that were established at the responder.
    private(set) var established: [SessionID] = []

    init(_ requester: consuming SPDMRequester, _ responder: consuming SPDMResponder) {
        self.requester = requester
        self.responder = responder
    }

    /// Carries out an operation. What is left of its messages when it is over comes too late.
    mutating func run(_ operation: RequesterOperation) throws(Endless) -> Result<RequesterOutcome, RequesterFailure> {
        wire.beginOperation()
        defer { arriveLate() }
        var step = requester.begin(operation, at: Combination.time)
        for _ in 0..<Self.messageLimit {
            switch step {
            case .done(let outcome): return .success(outcome)
            case .failed(let failure): return .failure(failure)
            case .wait(let microseconds):
                waited += microseconds
                step = requester.waited()
            case .send(let message): step = carry(message)
            }
        }
        throw Endless(operation: operation)
    }

    /// Carries out an operation that nothing hinders. Throws what hindered it.
    @discardableResult
    mutating func succeed(_ operation: RequesterOperation) throws -> RequesterOutcome { try run(operation).get() }

    /// Opens a session. Throws why it does not open.
    mutating func open(_ wish: SessionWish) throws -> SessionID {
        guard case .sessionOpened(let session) = try succeed(.openSession(wish)) else {
            throw RequesterFailure(.keyExchange, .closed)
        }
        return session.id
    }

    /// Connects, authenticates and opens a session. Throws what hindered it.
    mutating func begin(_ combination: Combination) throws -> SessionID {
        for operation in combination.beginning.dropLast() { try succeed(operation) }
        return try open(combination.wish)
    }

    /// What both ends say that they agreed on; nil when either says nothing.
    var negotiated: (NegotiatedConnection, Responder.Negotiated)? {
        let (own, others) = (requester.negotiated, responder.negotiated)
        guard let own, let others else { return nil }
        return (own, others)
    }

    private mutating func carry(_ request: TransportMessage) -> SPDMRequester.Step {
        for message in wire.pass(request, isRequest: true) {
            guard let response = wire.refusal(of: message) ?? answer(message) else { continue }
            arriving += wire.pass(response, isRequest: false)
        }
        guard !arriving.isEmpty else { return requester.noAnswer() }
        return requester.receive(arriving.removeFirst())
    }

    /// What the device's end answers to a message, whoever sent it.
    mutating func answer(_ message: TransportMessage) -> TransportMessage? {
        defer { established += responder.takeEstablishedSessions() }
        var output = responder.receive(message, at: Combination.time)
        if case .vendorRequest(let request, _) = output { output = responder.answer(vendorResponse: device(request)) }
        switch output {
        case .answer(let answer): return answer
        case .nothing, .vendorRequest: return nil
        }
    }

    private mutating func arriveLate() {
        for message in arriving { _ = requester.receive(message) }
        arriving = []
    }
}
