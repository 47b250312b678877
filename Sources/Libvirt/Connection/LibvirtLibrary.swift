import CLibvirt
import Foundation

/// libvirt's functions. Whoever calls one has a connection or opens one, or is called by libvirt: so the library was
/// loaded.
var library: CLibvirtFunctions { unsafe clibvirt_functions().pointee }

/// What has to happen once in a process before libvirt is used.
enum LibvirtLibrary {
    /// The library of every libvirt since its first release.
    static let name = "libvirt.so.0"

    /// Why the library could not be loaded or initialized; nil when it was.
    private static let failure: LibvirtError? = {
        do throws(LibvirtError) { try load(name) } catch { return error }
        // libvirt's own log goes to stderr unless told otherwise; an operator's setting stands.
        unsafe setenv("LIBVIRT_LOG_OUTPUTS", "4:file:/dev/null", 0)
        guard library.virInitialize() == 0 else { return .last(of: "virInitialize") }
        // Without a handler every error is also printed to stderr. Errors reach callers as LibvirtError.
        unsafe library.virSetErrorFunc(nil, { @Sendable _, _ in })
        // A connection takes the event loop it finds when it is opened, so this precedes the first of them.
        guard library.virEventRegisterDefaultImpl() == 0 else {
            return .last(of: "virEventRegisterDefaultImpl")
        }
        return nil
    }()

    /// Loads and initializes the library on the first call; throws the same error on every call if that failed.
    static func initialize() throws(LibvirtError) {
        if let failure { throw failure }
    }

    /// Loads `library` and finds in it what is called. Throws ``LibvirtError/Code/noConnect`` with the name of the
    /// library or function that is missing; then nothing is loaded.
    static func load(_ library: String) throws(LibvirtError) {
        guard let missing = unsafe clibvirt_load(library) else { return }
        throw LibvirtError(.noConnect, message: unsafe String(cString: missing), function: "dlopen")
    }
}
