import CLibvirt
import Foundation

/// Owns one libvirt connection and its event registrations; both end with it.
@safe final class ConnectionHandle {
    private let pointer: OpaquePointer
    private let mailbox: EventMailbox
    private var registrations: [Int32] = []

    /// Opens `uri` and delivers its events to `mailbox`.
    init(uri: String, events mailbox: EventMailbox) throws(LibvirtError) {
        guard let pointer = unsafe library.virConnectOpen(uri) else { throw .last(of: "virConnectOpen") }
        unsafe self.pointer = pointer
        self.mailbox = mailbox
        // Notices a daemon that hangs. Drivers without a transport have no keepalive, which is as good.
        _ = unsafe library.virConnectSetKeepAlive(pointer, 5, 3)
        try register()
    }

    deinit {
        // A registration holds a reference to the connection: without this, closing would not close.
        for registration in registrations {
            _ = unsafe library.virConnectDomainEventDeregisterAny(pointer, registration)
        }
        _ = unsafe library.virConnectUnregisterCloseCallback(pointer, EventCallbacks.closed)
        _ = unsafe library.virConnectClose(pointer)
        library.virResetLastError()
    }

    /// Whether the transport still works, as far as libvirt knows. Says nothing of a driver inside this process.
    var isAlive: Bool { unsafe library.virConnectIsAlive(pointer) == 1 }

    /// What `read` makes of every domain, running or not; those that vanish meanwhile are left out.
    func mapDomains<Result>(
        _ read: (borrowing DomainHandle) throws(LibvirtError) -> Result
    ) throws(LibvirtError) -> [Result] {
        var list: UnsafeMutablePointer<virDomainPtr?>?
        let count = try LibvirtError.check(
            unsafe library.virConnectListAllDomains(pointer, &list, 0), "virConnectListAllDomains")
        defer { unsafe free(list) }
        var results: [Result] = []
        var failure: LibvirtError?
        for index in 0..<Int(count) {
            guard let pointer = unsafe list?[index] else { continue }
            let domain = unsafe DomainHandle(owning: pointer)  // frees the rest of the list after a failure, too
            guard failure == nil else { continue }
            do throws(LibvirtError) {
                results.append(try read(domain))
            } catch {
                if error.code != .noDomain { failure = error }
            }
        }
        if let failure { throw failure }
        return results
    }

    /// The domain that `reference` names.
    func domain(_ reference: DomainReference) throws(LibvirtError) -> DomainHandle {
        switch reference {
        case .uuid(let uuid):
            guard let domain = unsafe library.virDomainLookupByUUID(pointer, uuid.bytes) else {
                throw .last(of: "virDomainLookupByUUID")
            }
            return unsafe DomainHandle(owning: domain)
        case .name(let name):
            guard let domain = unsafe library.virDomainLookupByName(pointer, name) else {
                throw .last(of: "virDomainLookupByName")
            }
            return unsafe DomainHandle(owning: domain)
        }
    }

    /// Defines or redefines a persistent domain.
    func define(_ xml: String) throws(LibvirtError) -> DomainHandle {
        guard let domain = unsafe library.virDomainDefineXMLFlags(pointer, xml, 0) else {
            throw .last(of: "virDomainDefineXMLFlags")
        }
        return unsafe DomainHandle(owning: domain)
    }
}

extension ConnectionHandle {
    private func register() throws(LibvirtError) {
        func keep(_ register: (UnsafeMutableRawPointer) -> Int32) throws(LibvirtError) {
            let opaque = unsafe Unmanaged.passRetained(mailbox)
            let registration = unsafe register(opaque.toOpaque())
            guard registration >= 0 else {
                let error = LibvirtError.last(of: "virConnectDomainEventRegisterAny")
                unsafe opaque.release()
                throw error
            }
            registrations.append(registration)
        }
        let release = unsafe EventCallbacks.release
        try unsafe keep { unsafe clibvirt_register_lifecycle(pointer, EventCallbacks.lifecycle, $0, release) }
        try unsafe keep { unsafe clibvirt_register_device_added(pointer, EventCallbacks.deviceAdded, $0, release) }
        try unsafe keep { unsafe clibvirt_register_device_removed(pointer, EventCallbacks.deviceRemoved, $0, release) }
        try unsafe keep {
            unsafe clibvirt_register_metadata_change(pointer, EventCallbacks.metadataChanged, $0, release)
        }
        // A driver without a transport says yes here and never releases anything, so the callback borrows the mailbox,
        // which outlives it: unregistering in deinit waits for a callback that runs.
        let borrowed = unsafe Unmanaged.passUnretained(mailbox).toOpaque()
        _ = unsafe library.virConnectRegisterCloseCallback(pointer, EventCallbacks.closed, borrowed, nil)
    }
}
