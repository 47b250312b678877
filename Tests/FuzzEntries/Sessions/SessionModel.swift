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
    /// What the requester saw in handshakes before this one: their last message may come late.
    private var earlierViews: [HandshakeView] = []
    /// What the responder saw of the sessions that it established.
    private var established: [SessionID: HandshakeView] = [:]
    /// What is being carried out.
    private var operation = RequesterOperation.connect
    /// How many of the vendor's requests were sent in sessions, and did not arrive yet.
    private var underWay = 0

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

    /// Carries out an operation, with what the script does to its messages; says why it fails, nil when it does
    /// not.
    mutating func perform(_ operation: RequesterOperation) throws(BrokenInvariant) -> RequesterFailure? {
        switch operation {
        case .answerEncapsulated(let session): responder.updateKey(of: session)
        case .connect, .openSession: earlierViews.append(requesterView)
        case .exchange: underWay += 1
        case .authenticate, .measure, .heartbeat, .updateKeys, .endSession: break
        }
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
        requesterView.agreement = requester.negotiated.map(Agreement.init)
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

    /// What the device answers; in a session, to each of the requester's messages once.
    private mutating func answer(_ message: TransportMessage) throws(BrokenInvariant) -> TransportMessage? {
        var output = responder.receive(message, at: SessionSetting.time)
        if case .vendorRequest(let request, let session) = output {
            if session != nil {
                try require(
                    request == setting.vendorRequest && underWay > 0, "the device got a message that nobody sent")
                underWay -= 1
            }
            output = responder.answer(vendorResponse: SessionSetting.response(to: request))
        }
        guard case .answer(let answer) = output else { return nil }
        return answer
    }
}

// MARK: - What holds

extension SessionModel {
    /// A session that the responder establishes was asked for by the requester, message for message.
    private mutating func checkEstablished() throws(BrokenInvariant) {
        let sessions = responder.takeEstablishedSessions()
        _ = responder.takeEndedSessions()
        try require(responder.sessions.count <= SessionSetting.sessionLimit, "\(responder.sessions.count) sessions")
        responderView.agreement = responder.negotiated.map(Agreement.init)
        for session in sessions {
            established[session] = responderView
            let isAsked = (earlierViews + [requesterView]).contains {
                difference($0, responderView, isOver: false) == nil
            }
            try require(isAsked, "the responder established \(session), which nobody asked for so")
        }
    }

    /// What two views differ in; nil when they agree. Where messages pass in pieces, only what was negotiated is compared.
    private func difference(_ left: HandshakeView, _ right: HandshakeView, isOver: Bool) -> String? {
        guard left.agreement == right.agreement, left.agreement != nil else { return "what was negotiated" }
        guard !setting.hasSmallPieces else { return nil }
        return left.difference(from: right, isOver: isOver).map { "message \($0)" }
    }

    /// An outcome says no more than what is so.
    private func check(_ outcome: RequesterOutcome) throws(BrokenInvariant) {
        switch outcome {
        case .sessionOpened(let session):
            guard let theirs = established[session.id] else { throw BrokenInvariant("\(session.id) is not theirs") }
            if let difference = difference(requesterView, theirs, isOver: true) {
                throw BrokenInvariant("\(session.id) is open, although the ends differ in \(difference)")
            }
            try require(requester.sessions.contains(session.id), "\(session.id) is open, and is not there")
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

extension Agreement {
    fileprivate init(_ negotiated: NegotiatedConnection) {
        self.init(
            version: negotiated.version, algorithms: negotiated.algorithms, requester: negotiated.requester.flags,
            responder: negotiated.responder.flags)
    }

    fileprivate init(_ negotiated: Responder.Negotiated) {
        self.init(
            version: negotiated.version, algorithms: negotiated.algorithms, requester: negotiated.requester.flags,
            responder: negotiated.flags)
    }
}
