internal import FlyingSocks
internal import Foundation
internal import Glibc

/// Where streams come from: a listening socket, or standard input and output, which are one stream.
struct ByteListener: Sendable {
    /// Where it listens, with the port that the system chose.
    let endpoint: Endpoint
    private let source: Source

    private enum Source: Sendable {
        case socket(AsyncSocket, domain: Int32, pool: any AsyncSocketPool)
        case stream(ByteStream)
    }

    /// Whether there is nobody to come after the first.
    var hasOneClient: Bool {
        switch source {
        case .socket: false
        case .stream: true
        }
    }

    /// Listens. Throws ``TransportError`` `cannotListen`.
    static func listen(at endpoint: Endpoint) async throws(TransportError) -> ByteListener {
        do {
            let pool = try await SocketWaiting.shared.pool()
            switch endpoint {
            case .tcp(let host, let port): return try await listen(host, port, pool)
            case .unix(let path): return try await listen(path, pool)
            case .standardIO: return ByteListener(endpoint: endpoint, source: .stream(try .standardIO()))
            }
        } catch {
            throw .cannotListen(endpoint, TransportError.reason(error))
        }
    }

    private static func listen(
        _ host: String, _ port: UInt16, _ pool: any AsyncSocketPool
    ) async throws -> ByteListener {
        guard let address = try await ByteStream.addresses(of: host).first else {
            throw TransportError.failed("the name has no address")
        }
        let domain = address.contains(":") ? AF_INET6 : AF_INET
        return try listening(domain, pool) { socket in
            try socket.setValue(true, for: .localAddressReuse)
            if domain == AF_INET6 {
                try socket.bind(to: sockaddr_in6.inet6(ip6: address, port: port))
            } else {
                try socket.bind(to: sockaddr_in.inet(ip4: address, port: port))
            }
            try socket.listen()
            return .tcp(host: host, port: try socket.port ?? port)
        }
    }

    private static func listen(_ path: String, _ pool: any AsyncSocketPool) async throws -> ByteListener {
        if let other = try? await ByteStream.connect(to: .unix(path: path)) {
            other.close()
            throw TransportError.failed("somebody listens there already")
        }
        SocketFile.remove(path)
        return try listening(AF_UNIX, pool) { socket in
            try socket.bind(to: sockaddr_un.unix(path: path))
            // Before it listens nobody can connect, whatever the permissions are.
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            try socket.listen()
            return .unix(path: path)
        }
    }

    private static func listening(
        _ domain: Int32, _ pool: any AsyncSocketPool, _ prepare: (Socket) throws -> Endpoint
    ) throws -> ByteListener {
        let socket = try Socket(domain: domain, type: .stream)
        do {
            _ = fcntl(socket.file.rawValue, F_SETFD, FD_CLOEXEC)
            let endpoint = try prepare(socket)
            let asynchronous = try AsyncSocket(socket: socket, pool: pool)
            return ByteListener(endpoint: endpoint, source: .socket(asynchronous, domain: domain, pool: pool))
        } catch {
            try? socket.close()
            throw error
        }
    }

    /// The next stream; nil when cancelled. A client that is gone again is passed over.
    ///
    /// Throws ``TransportError`` `cannotListen`.
    func accept() async throws(TransportError) -> ByteStream? {
        switch source {
        case .stream(let stream): return stream
        case .socket(let listening, let domain, let pool):
            do {
                while true {
                    let socket = try await listening.accept().socket
                    if let ready = try? ByteStream.prepare(socket, domain, pool) { return .socket(ready) }
                    try? socket.close()
                }
            } catch is CancellationError {
                return nil
            } catch {
                throw .cannotListen(endpoint, TransportError.reason(error))
            }
        }
    }

    /// Listens no more. Called once.
    func close() {
        guard case .socket(let socket, _, _) = source else { return }
        try? socket.close()
        if case .unix(let path) = endpoint { SocketFile.remove(path) }
    }
}

extension Socket {
    /// The port that it is bound to; nil for a Unix socket.
    fileprivate var port: UInt16? {
        get throws {
            switch try sockname() {
            case .ip4(_, let port), .ip6(_, let port): port
            case .unix: nil
            }
        }
    }
}
