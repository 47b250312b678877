internal import OpenSSLCrypto
internal import SPDM
internal import SPDMEndpoints
internal import WireBytes

/// A requester and a responder with their keys, somebody between them, and an observer who compares what the two ends
/// believe with what passed.
struct SessionModel: ~Copyable {
    /// More messages than an operation can need.
    private static let messageLimit = 4096

    private let setting: SessionSetting
    private var requester: SPDMRequester
    private var responder: SPDMResponder
    private var script: Script
    /// What was sent, in order, and what still arrives at the requester.
    private var sent: [TransportMessage] = []
    private var arriving: [TransportMessage] = []
    private var requesterView = HandshakeView()
    private var responderView = HandshakeView()
    /// What is being carried out.
    private var operation = RequesterOperation.connect

    init(_ setting: SessionSetting, _ script: Script) throws(BrokenInvariant) {
        let requester = try setting.requester()
        let responder = try setting.responder()
        self.setting = setting
        self.script = script
        self.requester = requester
        self.responder = responder
    }

    /// The last session that the requester has, or one that there is not.
    var session: SessionID { requester.sessions.last ?? SessionID(rawValue: 1) }

    /// The next step of the script.
    mutating func step() -> (what: UInt8, which: Int)? { script.step() }

    /// Carries out an operation, with what the script does to its messages; says why it fails, nil when
    /// it does not.
    mutating func perform(_ operation: RequesterOperation) throws(BrokenInvariant) -> RequesterFailure? {
        if case .answerEncapsulated(let session) = operation { responder.updateKey(of: session) }
        self.operation = operation
        arriving = []
        var step = requester.begin(operation, at: SessionSetting.time)
        for _ in 0..<Self.messageLimit {
            switch step {
            case .send(let message): step = try carry(message)
            case .wait: step = requester.waited()
            case .failed(let failure): return failure
            case .done(let outcome):
                try check(outcome)
                return nil
            }
        }
        throw BrokenInvariant("\(operation) does not end")
    }

    /// Nobody is between the ends any more: all that can be asked is done, whatever was before, and nothing is left.
    mutating func finish() throws(BrokenInvariant) {
        script = Script([])
        for operation in setting.operations(in: nil) + [.openSession(setting.wish)] { try insist(operation) }
        for operation in setting.operations(in: session) { try insist(operation) }
        try insist(.endSession(session, clearsNegotiatedState: false))
        try require(requester.sessions.isEmpty && responder.sessions.isEmpty, "a session is left")
    }

    private mutating func insist(_ operation: RequesterOperation) throws(BrokenInvariant) {
        if let failure = try perform(operation) { throw BrokenInvariant("with nobody in between: \(failure)") }
    }

    /// Carries a request there and its response back.
    private mutating func carry(_ request: TransportMessage) throws(BrokenInvariant) -> SPDMRequester.Step {
        if !request.isSecured { requesterView.note(request: request.bytes) }
        for message in pass(request) {
            guard let response = try answer(message) else { continue }
            responderView.note(message, answeredBy: response)
            try checkEstablished()
            arriving += pass(response)
        }
        guard !arriving.isEmpty else { return requester.noAnswer() }
        let response = arriving.removeFirst()
        if !response.isSecured { requesterView.note(response: response.bytes) }
        return requester.receive(response)
    }

    private mutating func pass(_ message: TransportMessage) -> [TransportMessage] {
        let passed = Tampering(&script).apply(to: message, after: sent)
        sent.append(message)
        return passed
    }

    /// What the device answers; to a vendor's message in a session only if it is the requester's.
    private mutating func answer(_ message: TransportMessage) throws(BrokenInvariant) -> TransportMessage? {
        switch responder.receive(message, at: SessionSetting.time) {
        case .answer(let answer): return answer
        case .nothing: return nil
        case .vendorRequest(let request, let session):
            if let session {
                try require(
                    operation == .exchange(vendorDefined: request, in: session), "the device got another message")
            }
            guard case .answer(let answer) = responder.answer(vendorResponse: SessionSetting.response(to: request))
            else {
                return nil
            }
            return answer
        }
    }
}

// MARK: - What holds

extension SessionModel {
    /// A session that the responder establishes was asked for by the requester, message for message.
    private mutating func checkEstablished() throws(BrokenInvariant) {
        let established = responder.takeEstablishedSessions()
        _ = responder.takeEndedSessions()
        try require(responder.sessions.count <= SessionSetting.sessionLimit, "\(responder.sessions.count) sessions")
        guard !established.isEmpty else { return }
        try checkAgreement(isOver: false)
    }

    private func checkAgreement(isOver: Bool) throws(BrokenInvariant) {
        guard let (own, others) = bothNegotiated else { throw BrokenInvariant("a session without connection") }
        try require(
            own.version == others.version && own.algorithms == others.algorithms
                && own.requester.flags == others.requester.flags
                && own.responder.flags == others.flags, "the ends agreed on different things")
        guard !setting.hasSmallPieces else { return }
        if let code = requesterView.difference(from: responderView, isOver: isOver) {
            throw BrokenInvariant("a session although message \(code.rawValue) was changed")
        }
    }

    private var bothNegotiated: (NegotiatedConnection, Responder.Negotiated)? {
        guard let own = requester.negotiated, let others = responder.negotiated else { return nil }
        return (own, others)
    }

    /// An outcome says no more than what is so.
    private func check(_ outcome: RequesterOutcome) throws(BrokenInvariant) {
        switch outcome {
        case .sessionOpened(let session):
            try checkAgreement(isOver: true)
            try require(responder.sessions.contains(session.id), "\(session.id) is not the responder's")
            try require(requester.sessions.contains(session.id), "\(session.id) is not the requester's")
        case .authenticated:
            let leaf = requester.identity(inSlot: 0)?.leaf?.encoding
            try require(leaf == (try setting.deviceLeaf()), "another device is authenticated")
        case .measured(let report):
            try require(report.blocks.map(\.index) == [1, 2], "measurements are missing")
            try require(report.blocks.last?.value == [9, 9], "another measurement")
        case .exchanged(let response):
            guard case .exchange(let request, in: _) = operation else { throw BrokenInvariant("nothing was exchanged") }
            try require(response == SessionSetting.response(to: request), "the device answered something else")
        case .sessionEnded(let session):
            try require(!requester.sessions.contains(session), "\(session) goes on")
        case .connected, .heartbeat, .keysUpdated, .encapsulatedRequestsAnswered: break
        }
    }
}
