public import SPDM

/// What a server serves: a device's SPDM side.
public struct SPDMService: Sendable {
    /// Answers a message, which has the padding of its object; nil leaves it without an answer.
    public var answer: @Sendable (TransportMessage) async -> TransportMessage?
    /// The client has gone. Its sessions cannot come back.
    public var clientLeft: @Sendable () async -> Void

    /// Creates a service.
    public init(
        answer: @escaping @Sendable (TransportMessage) async -> TransportMessage?,
        clientLeft: @escaping @Sendable () async -> Void = {}
    ) {
        self.answer = answer
        self.clientLeft = clientLeft
    }
}

/// The server of the emulators' socket protocol: offers a device's DOE mailbox to one client after the other.
///
/// A client that connects while another is served waits: a mailbox has one requester, and GET_VERSION of a second one
/// would end the first one's sessions. One that says nothing, trickles or lies about lengths is left when the limits are
/// reached; it costs no more memory than it sent. Discovery is answered here; an object of another length than it says
/// gets no answer, and one of an unknown type ends the connection, as with the emulators.
public struct SPDMSocketServer: Sendable {
    private let listener: ByteListener
    private let limits: TransportLimits
    private let capture: ObjectCapture?

    private enum Farewell {
        case left, shutDown
    }

    /// Where it listens, with the port that the system chose.
    public var endpoint: Endpoint { listener.endpoint }

    /// Listens. A Unix socket is closed to other users, and its file is replaced when nobody listens on it. Objects in both
    /// directions are recorded in `capture`.
    ///
    /// Throws ``TransportError`` `cannotListen`.
    public static func listen(
        at endpoint: Endpoint, limits: TransportLimits = TransportLimits(), capture: ObjectCapture? = nil
    ) async throws(TransportError) -> SPDMSocketServer {
        let listener = try await ByteListener.listen(at: endpoint)
        return SPDMSocketServer(listener: listener, limits: limits, capture: capture)
    }

    /// Serves clients until one asks it to shut down, or the task is cancelled; standard input and output have one client.
    /// Called once: it listens no more afterwards.
    ///
    /// Throws ``TransportError`` `cannotListen` when the system takes the listening socket away.
    public func serve(_ service: SPDMService) async throws(TransportError) {
        defer { listener.close() }
        while let stream = try await listener.accept() {
            guard case .left = await serve(stream, service), !listener.hasOneClient else { return }
        }
    }

    private func serve(_ stream: ByteStream, _ service: SPDMService) async -> Farewell {
        var farewell: Farewell?
        do throws(TransportError) {
            farewell = try await answer(try await greet(stream), stream, service)
            while farewell == nil {
                farewell = try await answer(try await nextFrame(stream, within: limits.idle), stream, service)
            }
        } catch {
            farewell = .left
        }
        stream.close()
        await service.clientLeft()
        return farewell ?? .left
    }

    /// Answers greetings and gives the first frame that is none. However many there are, they have the time of one.
    private func greet(_ stream: ByteStream) async throws(TransportError) -> SocketFrame {
        try await within(limits.greeting) { () async throws(TransportError) in
            while true {
                let frame = try await nextFrame(stream, within: limits.greeting)
                guard frame.command == .test else { return frame }
                try await send(.serverHello, stream)
            }
        }
    }

    private func nextFrame(
        _ stream: ByteStream, within patience: Duration
    ) async throws(TransportError) -> SocketFrame {
        let first = try await within(patience) { () async throws(TransportError) in try await stream.read(1) }
        return try await within(limits.object) { [limits] () async throws(TransportError) in
            try await stream.readFrame(after: first, limit: limits.payloadSize)
        }
    }

    /// Answers a frame; nil when the client stays.
    private func answer(
        _ frame: SocketFrame, _ stream: ByteStream, _ service: SPDMService
    ) async throws(TransportError) -> Farewell? {
        switch frame.command {
        case .test:
            try await send(.serverHello, stream)
            return nil
        case .normal:
            guard frame.transport == .pciDOE else { return .left }
            return try await answer(frame.payload, stream, service)
        case .continue:
            try await send(SocketFrame(.continue), stream)
            return .left
        case .shutDown:
            try await send(SocketFrame(.shutDown), stream)
            return .shutDown
        default:
            try await send(SocketFrame(.unknown), stream)
            return .left
        }
    }

    /// Answers an object; nil when the client stays.
    private func answer(
        _ object: [UInt8], _ stream: ByteStream, _ service: SPDMService
    ) async throws(TransportError) -> Farewell? {
        await capture?.record(object)
        let answer: [UInt8]?
        switch DOERequest(decoding: object.span) {
        case .discovery(let request): answer = try? DOEDiscovery.Response(to: request).doeObject()
        case .message(let message): answer = try? await service.answer(message)?.doeObject()
        case .malformed: answer = nil
        case .unsupported: return .left
        }
        guard let answer else { return nil }
        await capture?.record(answer)
        try await send(SocketFrame(.normal, payload: answer), stream)
        return nil
    }

    private func send(_ frame: SocketFrame, _ stream: ByteStream) async throws(TransportError) {
        try await within(limits.object) { () async throws(TransportError) in try await stream.write(frame.encoded()) }
    }
}
