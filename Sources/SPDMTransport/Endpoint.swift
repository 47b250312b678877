internal import PCIe

/// Where a peer is that speaks the socket protocol of the DMTF's SPDM emulators.
///
/// | text | peer |
/// |---|---|
/// | `spdm-emu://HOST:PORT` | TCP; HOST is a name, an IPv4 address or an IPv6 address in brackets; without PORT, 2323 |
/// | `spdm-emu+unix:///PATH` | the Unix socket at /PATH |
/// | `spdm-emu+stdio:` | standard input and output of this process |
public enum Endpoint: Hashable, Sendable {
    /// A TCP port.
    case tcp(host: String, port: UInt16)
    /// A Unix socket, by its absolute path.
    case unix(path: String)
    /// Standard input and output.
    case standardIO

    /// The port that the emulators use.
    public static let defaultPort: UInt16 = 2323

    /// Why a text is no endpoint.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        /// The text as given.
        public let text: String
        /// What is wrong with it, one clause.
        public let reason: String
        /// One line for an operator; control characters of the text are escaped.
        public var description: String {
            "'\(text.onOneLine)' is not an endpoint: \(reason); write spdm-emu://HOST:PORT, spdm-emu+unix:///PATH or "
                + "spdm-emu+stdio:"
        }
    }

    /// Parses an endpoint to connect to. Throws ``ParseError``.
    public init(parsing text: String) throws(ParseError) {
        do throws(Complaint) {
            self = try Self.parse(text)
            if case .tcp(_, port: 0) = self { throw Complaint("port 0 cannot be connected to") }
        } catch {
            throw ParseError(text: text, reason: error.reason)
        }
    }

    /// Parses an endpoint to listen at: an endpoint, or `HOST:PORT` alone. With port 0 the system chooses one.
    ///
    /// Throws ``ParseError``.
    public init(listeningAt text: String) throws(ParseError) {
        do throws(Complaint) {
            self = text.hasPrefix(Self.scheme) ? try Self.parse(text) : try Self.parse(authority: text)
        } catch {
            throw ParseError(text: text, reason: error.reason)
        }
    }

    private struct Complaint: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    private static let scheme = "spdm-emu"

    private static func parse(_ text: String) throws(Complaint) -> Endpoint {
        if let authority = text.rest(behind: scheme + "://") { return try parse(authority: authority) }
        if let path = text.rest(behind: scheme + "+unix://") { return try parse(path: path) }
        if let rest = text.rest(behind: scheme + "+stdio:") {
            guard rest.isEmpty else { throw Complaint("nothing may stand behind 'spdm-emu+stdio:'") }
            return .standardIO
        }
        throw Complaint("it does not begin with spdm-emu://, spdm-emu+unix:// or spdm-emu+stdio:")
    }

    private static func parse(path: String) throws(Complaint) -> Endpoint {
        guard path.hasPrefix("/"), path.count > 1 else { throw Complaint("the path of the socket is not absolute") }
        // What the address of a Unix socket has room for, less the end of the string.
        guard path.utf8.count < 108 else {
            throw Complaint("the path of the socket has \(path.utf8.count) bytes, and 107 is the most")
        }
        guard !path.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Complaint("the path of the socket has a control character in it")
        }
        return .unix(path: path)
    }

    private static func parse(authority: String) throws(Complaint) -> Endpoint {
        let host: Substring
        let rest: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw Complaint("a ']' is missing") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
        } else {
            let end = authority.firstIndex(of: ":") ?? authority.endIndex
            host = authority[..<end]
            rest = authority[end...]
            guard !rest.dropFirst().contains(":") else { throw Complaint("an IPv6 address must stand in brackets") }
        }
        guard !host.isEmpty else { throw Complaint("there is no host") }
        guard host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".:-_%".contains($0)) }) else {
            throw Complaint("the host has a character that no host has")
        }
        return .tcp(host: String(host), port: try parse(port: rest))
    }

    private static func parse(port text: Substring) throws(Complaint) -> UInt16 {
        guard !text.isEmpty else { return defaultPort }
        let digits = text.dropFirst()
        guard text.first == ":", !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }),
            let port = UInt16(digits)
        else { throw Complaint("the port is not a number from 0 to 65535") }
        return port
    }
}

extension Endpoint: CustomStringConvertible {
    /// The text that parses to the same endpoint.
    public var description: String {
        switch self {
        case .tcp(let host, let port):
            host.contains(":") ? "\(Self.scheme)://[\(host)]:\(port)" : "\(Self.scheme)://\(host):\(port)"
        case .unix(let path): "\(Self.scheme)+unix://\(path)"
        case .standardIO: "\(Self.scheme)+stdio:"
        }
    }
}

extension String {
    /// What stands behind a prefix; nil when the text does not begin with it.
    fileprivate func rest(behind prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
