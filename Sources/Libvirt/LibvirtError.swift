import CLibvirt
import Foundation
import PCIe

/// Why a call of libvirt failed, as libvirt said it, with the function that said it.
///
/// Also used, with ``Origin/none``, for what this adapter finds by itself and libvirt has a number for: a closed
/// connection, XML that cannot be read, a file that cannot be written.
public struct LibvirtError: Error, Hashable, Sendable {
    /// libvirt's error number (`virErrorNumber`). Numbers of newer libraries survive.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number.
        public let rawValue: Int32
        /// Creates a code from its number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// VIR_ERR_INTERNAL_ERROR; also a failure without any stated cause.
        public static let internalError = Self(rawValue: 1)
        /// VIR_ERR_NO_SUPPORT: this driver lacks the function.
        public static let noSupport = Self(rawValue: 3)
        /// VIR_ERR_NO_CONNECT: nothing to connect to.
        public static let noConnect = Self(rawValue: 5)
        /// VIR_ERR_INVALID_CONN: the connection is closed or is none.
        public static let invalidConnection = Self(rawValue: 6)
        /// VIR_ERR_INVALID_ARG.
        public static let invalidArgument = Self(rawValue: 8)
        /// VIR_ERR_OPERATION_FAILED.
        public static let operationFailed = Self(rawValue: 9)
        /// VIR_ERR_XML_ERROR: XML that is malformed or lacks something.
        public static let xmlError = Self(rawValue: 27)
        /// VIR_ERR_OPERATION_DENIED: a read-only connection.
        public static let operationDenied = Self(rawValue: 29)
        /// VIR_ERR_SYSTEM_ERROR: a system call failed; the message ends with its reason.
        public static let systemError = Self(rawValue: 38)
        /// VIR_ERR_NO_DOMAIN: no such domain.
        public static let noDomain = Self(rawValue: 42)
        /// VIR_ERR_OPERATION_INVALID: not possible in this state, such as starting a running domain.
        public static let operationInvalid = Self(rawValue: 55)
        /// VIR_ERR_CONFIG_UNSUPPORTED: the host or the hypervisor cannot do what the configuration asks for.
        public static let configurationUnsupported = Self(rawValue: 67)
        /// VIR_ERR_NO_DOMAIN_METADATA: the domain has no metadata of this kind.
        public static let noDomainMetadata = Self(rawValue: 80)
    }

    /// The part of libvirt that raised the error (`virErrorDomain`).
    public struct Origin: RawRepresentable, Hashable, Sendable {
        /// The number.
        public let rawValue: Int32
        /// Creates an origin from its number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// VIR_FROM_NONE: this adapter, not libvirt.
        public static let none = Self(rawValue: 0)
        /// VIR_FROM_RPC: the transport to a daemon.
        public static let rpc = Self(rawValue: 7)
    }

    /// What went wrong, as a number that stays.
    public var code: Code
    /// Which part of libvirt says so.
    public var domain: Origin
    /// What went wrong, in libvirt's words.
    public var message: String
    /// The function that failed, for example `virDomainLookupByName`.
    public var function: String
    /// Whether this adapter could not write a file because its disk is full.
    public var isDiskFull: Bool

    /// Creates an error.
    public init(
        _ code: Code, domain: Origin = .none, message: String, function: String, isDiskFull: Bool = false
    ) {
        self.code = code
        self.domain = domain
        self.message = message
        self.function = function
        self.isDiskFull = isDiskFull
    }

    /// Whether the connection is gone, so that nothing works any more before it is opened again.
    public var isConnectionLost: Bool { domain == .rpc || code == .invalidConnection || code == .noConnect }
}

extension LibvirtError: CustomStringConvertible {
    /// One line for an operator: the function, libvirt's words with control characters escaped, the number to search for.
    public var description: String { "\(function): \(message.onOneLine) (libvirt error \(code.rawValue))" }
}

// libvirt keeps its last error per thread, and any further call of libvirt on that thread, even a harmless one, may
// overwrite or free it. So the error is copied here, in the same synchronous call as the failure.
extension LibvirtError {
    /// The calling thread's last error as the failure of `function`.
    static func last(of function: String) -> Self {
        defer { library.virResetLastError() }
        guard let error = unsafe library.virGetLastError(), unsafe error.pointee.code != 0 else {
            return Self(.internalError, message: "failed without saying why", function: function)
        }
        return Self(
            Code(rawValue: unsafe error.pointee.code), domain: Origin(rawValue: unsafe error.pointee.domain),
            message: unsafe error.pointee.message.map { unsafe String(cString: $0) } ?? "no message", function: function
        )
    }

    /// Returns `result` of `function`, or throws the thread's last error when it is negative.
    @discardableResult
    static func check(_ result: Int32, _ function: String) throws(Self) -> Int32 {
        guard result >= 0 else { throw last(of: function) }
        return result
    }

    /// Copies and frees a string that `function` allocated, or throws the thread's last error when there is none.
    static func take(_ text: UnsafeMutablePointer<CChar>?, _ function: String) throws(Self) -> String {
        guard let text = unsafe text else { throw last(of: function) }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }
}
