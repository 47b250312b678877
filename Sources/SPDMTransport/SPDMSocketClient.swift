internal import SPDM
internal import WireBytes

/// The client of an SPDM emulator, or of whatever speaks its protocol: carries DOE objects, one after the other.
///
/// An exchange that fails ends the connection: an answer that comes late would be taken for the next one's.
public actor SPDMSocketClient: DOETransport {
    private let stream: ByteStream
    private let limits: TransportLimits
    private let capture: ObjectCapture?
    private var state = State.idle

    private enum State {
        case idle, exchanging, ended
    }

    private init(_ stream: ByteStream, _ limits: TransportLimits, _ capture: ObjectCapture?) {
        self.stream = stream
        self.limits = limits
        self.capture = capture
    }

    /// Connects and greets. Objects in both directions are recorded in `capture`.
    ///
    /// Throws ``TransportError``: `unreachable`, `overdue`, `notAnEmulator`, or what reading meets.
    public static func connect(
        to endpoint: Endpoint, limits: TransportLimits = TransportLimits(), capture: ObjectCapture? = nil
    ) async throws(TransportError) -> SPDMSocketClient {
        let stream: ByteStream
        do throws(TransportError) {
            stream = try await within(limits.connecting) { () async throws(TransportError) in
                try await ByteStream.connect(to: endpoint)
            }
        } catch {
            guard case .overdue(let duration) = error else { throw error }
            throw .unreachable(endpoint, "no connection within \(duration)")
        }
        do throws(TransportError) {
            let answer = try await Self.converse(.clientHello, over: stream, limits, limits.connecting)
            guard answer.command == .test, answer.payload == SocketFrame.serverHello.payload else {
                throw .notAnEmulator
            }
        } catch {
            stream.close()
            throw error
        }
        return SPDMSocketClient(stream, limits, capture)
    }

    /// Sends an object and gives the one that answers it. Throws ``TransportError``.
    public func exchange(_ object: [UInt8]) async throws(TransportError) -> [UInt8] {
        try begin()
        await capture?.record(object)
        do throws(TransportError) {
            let request = SocketFrame(.normal, payload: object)
            let answer = try Self.object(in: try await Self.converse(request, over: stream, limits, limits.object))
            await capture?.record(answer)
            state = .idle
            return answer
        } catch {
            end()
            throw error
        }
    }

    /// How a client takes its leave.
    public enum Farewell: Sendable {
        /// The server may serve others.
        case leave
        /// The server is asked to end too.
        case shutDown
    }

    /// Takes leave and closes the connection; a server that does not answer is not waited for longer than for an object.
    /// Harmless when the connection has ended.
    public func close(_ farewell: Farewell = .leave) async {
        guard case .idle = state else { return }
        state = .exchanging
        let command: SocketCommand =
            switch farewell {
            case .leave: .continue
            case .shutDown: .shutDown
            }
        _ = try? await Self.converse(SocketFrame(command), over: stream, limits, limits.object)
        end()
    }

    private func begin() throws(TransportError) {
        switch state {
        case .idle: state = .exchanging
        case .exchanging: throw .inUse
        case .ended: throw .ended
        }
    }

    private func end() {
        state = .ended
        stream.close()
    }

    private static func converse(
        _ frame: SocketFrame, over stream: ByteStream, _ limits: TransportLimits, _ duration: Duration
    ) async throws(TransportError) -> SocketFrame {
        try await within(duration) { () async throws(TransportError) in
            try await stream.write(frame.encoded())
            return try await stream.readFrame(limit: limits.payloadSize)
        }
    }

    private static func object(in frame: SocketFrame) throws(TransportError) -> [UInt8] {
        guard frame.command == .normal else { throw .unexpectedCommand(frame.command) }
        guard frame.transport == .pciDOE else { throw .wrongTransport(frame.transport) }
        do throws(WireError) {
            _ = try DOEObject.decode(frame.payload.span)
        } catch {
            throw .notAnObject(error)
        }
        return frame.payload
    }
}
