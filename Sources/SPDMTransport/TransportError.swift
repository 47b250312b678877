internal import PCIe
public import WireBytes

/// Why a transport does not carry an object.
public enum TransportError: Error, Hashable, Sendable {
    /// Nobody can be connected to there.
    case unreachable(Endpoint, String)
    /// It cannot be listened there.
    case cannotListen(Endpoint, String)
    /// The other end answered the greeting with something else.
    case notAnEmulator
    /// The other end was silent, or too slow, for this long.
    case overdue(Duration)
    /// The other end closed the connection.
    case closed
    /// A frame announces this many bytes, and this many is the most.
    case frameTooLong(Int, limit: Int)
    /// A request was answered by a frame for something else.
    case unexpectedCommand(SocketCommand)
    /// A frame carries something other than PCI DOE.
    case wrongTransport(SocketTransport)
    /// What answers a request is not a data object.
    case notAnObject(WireError)
    /// Another exchange is under way.
    case inUse
    /// The transport was closed, or broke in an earlier exchange.
    case ended
    /// The system refused to read or write.
    case failed(String)
}

extension TransportError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .unreachable(let endpoint, let reason): "\(endpoint) cannot be reached: \(reason.onOneLine)"
        case .cannotListen(let endpoint, let reason): "\(endpoint) cannot be listened at: \(reason.onOneLine)"
        case .notAnEmulator: "the other end does not greet as an SPDM emulator does"
        case .overdue(let duration): "the other end was silent or too slow for \(duration)"
        case .closed: "the other end closed the connection"
        case .frameTooLong(let count, let limit): "a frame of \(count) bytes, and \(limit) is the most"
        case .unexpectedCommand(let command): "a request was answered by \(command)"
        case .wrongTransport(let transport): "a frame of transport type \(transport.rawValue), which is not PCI DOE"
        case .notAnObject(let error): "the answer is not a data object: \(error)"
        case .inUse: "another exchange is under way"
        case .ended: "the transport has ended"
        case .failed(let reason): reason.onOneLine
        }
    }
}
