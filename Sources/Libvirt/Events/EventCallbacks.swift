import CLibvirt

/// The C functions libvirt calls on the event loop's thread. Each only posts to the mailbox it was registered with.
///
/// They stand outside of any actor on purpose: a closure written in isolated code would assert its isolation on
/// libvirt's thread and end the process.
enum EventCallbacks {
    static let lifecycle: virConnectDomainEventCallback = { @Sendable _, domain, event, detail, opaque in
        unsafe post(opaque, domain) { .lifecycle($0, LifecycleEvent(rawValue: event), detail: detail) }
        return 0
    }

    static let deviceAdded: virConnectDomainEventDeviceAddedCallback = { @Sendable _, domain, alias, opaque in
        let alias = unsafe text(alias)
        unsafe post(opaque, domain) { .deviceAdded($0, alias: alias) }
    }

    static let deviceRemoved: virConnectDomainEventDeviceRemovedCallback = { @Sendable _, domain, alias, opaque in
        let alias = unsafe text(alias)
        unsafe post(opaque, domain) { .deviceRemoved($0, alias: alias) }
    }

    static let metadataChanged: virConnectDomainEventMetadataChangeCallback = {
        @Sendable _, domain, _, namespace, opaque in
        let namespace = unsafe namespace.map { unsafe String(cString: $0) }
        unsafe post(opaque, domain) { .metadataChanged($0, namespace: namespace) }
    }

    static let closed: virConnectCloseFunc = { @Sendable _, reason, opaque in
        unsafe mailbox(opaque)?.post(.connectionClosed(CloseReason(rawValue: reason)))
    }

    /// Releases what a registration retained; libvirt calls it after the last event.
    static let release: virFreeCallback = { @Sendable opaque in
        guard let opaque = unsafe opaque else { return }
        unsafe Unmanaged<EventMailbox>.fromOpaque(opaque).release()
    }

    private static func post(
        _ opaque: UnsafeMutableRawPointer?, _ domain: OpaquePointer?, _ event: (DomainIdentity) -> LibvirtEvent
    ) {
        guard let mailbox = unsafe mailbox(opaque), let domain = unsafe domain,
            let identity = try? unsafe DomainIdentity(of: domain)
        else { return }
        mailbox.post(event(identity))
    }

    private static func mailbox(_ opaque: UnsafeMutableRawPointer?) -> EventMailbox? {
        unsafe opaque.map { unsafe Unmanaged<EventMailbox>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String {
        unsafe text.map { unsafe String(cString: $0) } ?? ""
    }
}
