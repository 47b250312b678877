import CLibvirt
import Foundation

/// What has to happen once in a process before libvirt is used.
enum LibvirtLibrary {
    /// Why the library could not be initialized; nil when it was.
    private static let failure: LibvirtError? = {
        // libvirt's own log goes to stderr unless told otherwise; an operator's setting stands.
        unsafe setenv("LIBVIRT_LOG_OUTPUTS", "4:file:/dev/null", 0)
        guard virInitialize() == 0 else { return .last(of: "virInitialize") }
        // Without a handler every error is also printed to stderr. Errors reach callers as LibvirtError.
        unsafe virSetErrorFunc(nil, { @Sendable _, _ in })
        // A connection takes the event loop it finds when it is opened, so this precedes the first of them.
        guard virEventRegisterDefaultImpl() == 0 else { return .last(of: "virEventRegisterDefaultImpl") }
        return nil
    }()

    /// Initializes the library on the first call; throws the same error on every call if that failed.
    static func initialize() throws(LibvirtError) {
        if let failure { throw failure }
    }
}
