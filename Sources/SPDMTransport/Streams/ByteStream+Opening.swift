internal import Dispatch
internal import FlyingSocks
internal import Foundation
internal import Glibc

extension ByteStream {
    /// Connects. Throws ``TransportError`` `unreachable`.
    static func connect(to endpoint: Endpoint) async throws(TransportError) -> ByteStream {
        do {
            let pool = try await SocketWaiting.shared.pool()
            switch endpoint {
            case .tcp(let host, let port): return try await connect(host, port, pool)
            case .unix(let path): return try await connect(sockaddr_un.unix(path: path), AF_UNIX, pool)
            case .standardIO: return try standardIO()
            }
        } catch {
            throw .unreachable(endpoint, TransportError.reason(error))
        }
    }

    /// Tries the host's addresses in turn; the last refusal counts.
    private static func connect(
        _ host: String, _ port: UInt16, _ pool: any AsyncSocketPool
    ) async throws -> ByteStream {
        var refusal: any Error = TransportError.failed("the name has no address")
        for address in try await addresses(of: host) {
            do {
                if address.contains(":") {
                    return try await connect(sockaddr_in6.inet6(ip6: address, port: port), AF_INET6, pool)
                }
                return try await connect(sockaddr_in.inet(ip4: address, port: port), AF_INET, pool)
            } catch {
                refusal = error
            }
        }
        throw refusal
    }

    private static func connect(
        _ address: some SocketAddress, _ domain: Int32, _ pool: any AsyncSocketPool
    ) async throws -> ByteStream {
        let socket = try Socket(domain: domain, type: .stream)
        do {
            let connecting = try prepare(socket, domain, pool)
            try await connecting.connect(to: address)
            return .socket(connecting)
        } catch {
            try? socket.close()
            throw error
        }
    }

    /// A name's addresses, in the order in which the system gives them; an address's are itself.
    ///
    /// The system's resolver answers when it likes: a thread waits for it, so that a limit on connecting holds.
    static func addresses(of host: String) async throws(TransportError) -> [String] {
        let isNumeric = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        guard !isNumeric else { return [host] }
        return try await DispatchQueue(label: "resolver").blocking { Host(name: host).addresses }
    }

    /// Takes a connected or connecting socket over. One write is one segment: waiting for more would cost 40 ms and more
    /// at every message.
    static func prepare(_ socket: Socket, _ domain: Int32, _ pool: any AsyncSocketPool) throws -> AsyncSocket {
        if domain != AF_UNIX {
            try socket.setValue(true, for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
        }
        // A child has no business with it.
        _ = fcntl(socket.file.rawValue, F_SETFD, FD_CLOEXEC)
        return try AsyncSocket(socket: socket, pool: pool)
    }

    /// Standard input and output, unless they are a terminal.
    static func standardIO(
        input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO
    ) throws(TransportError) -> ByteStream {
        guard isatty(input) == 0, isatty(output) == 0 else { throw .failed("standard input or output is a terminal") }
        return .pipes(input: PipeEnd(input), output: PipeEnd(output))
    }
}

extension TransportError {
    /// What an error of the system is for a person.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as TransportError: error.description
        case SocketError.failed(_, _, let message): message
        case SocketError.disconnected: "the connection was refused or lost"
        default: systemReason(of: error)
        }
    }
}
