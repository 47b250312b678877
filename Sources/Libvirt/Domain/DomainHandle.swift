import CLibvirt

/// Owns one reference to a libvirt domain; every call here blocks.
@safe struct DomainHandle: ~Copyable {
    private let pointer: OpaquePointer

    /// Takes over the reference `pointer`.
    init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { _ = unsafe library.virDomainFree(pointer) }

    func identity() throws(LibvirtError) -> DomainIdentity { try unsafe DomainIdentity(of: pointer) }

    func summary() throws(LibvirtError) -> DomainSummary {
        var state: Int32 = 0
        try LibvirtError.check(unsafe library.virDomainGetState(pointer, &state, nil, 0), "virDomainGetState")
        return DomainSummary(
            identity: try identity(), state: DomainState(rawValue: state), isActive: try isActive(),
            isPersistent: try LibvirtError.check(unsafe library.virDomainIsPersistent(pointer), "virDomainIsPersistent")
                == 1)
    }

    func isActive() throws(LibvirtError) -> Bool {
        try LibvirtError.check(unsafe library.virDomainIsActive(pointer), "virDomainIsActive") == 1
    }

    func xml(_ view: DomainView) throws(LibvirtError) -> String {
        // Read to be written back: without SECURE, passwords in it would be lost.
        let flags =
            switch view {
            case .current: UInt32(0)
            case .persistent: VIR_DOMAIN_XML_INACTIVE.rawValue | VIR_DOMAIN_XML_SECURE.rawValue
            }
        return try unsafe LibvirtError.take(library.virDomainGetXMLDesc(pointer, flags), "virDomainGetXMLDesc")
    }

    func start() throws(LibvirtError) {
        try LibvirtError.check(unsafe library.virDomainCreate(pointer), "virDomainCreate")
    }

    func destroy() throws(LibvirtError) {
        try LibvirtError.check(unsafe library.virDomainDestroy(pointer), "virDomainDestroy")
    }

    func undefine() throws(LibvirtError) {
        try LibvirtError.check(unsafe library.virDomainUndefine(pointer), "virDomainUndefine")
    }
}

extension HostdevPlace {
    /// Which definition a change goes to (`virDomainModificationImpact`).
    fileprivate var flags: UInt32 {
        switch self {
        case .live: VIR_DOMAIN_AFFECT_LIVE.rawValue
        case .persistent, .standIn: VIR_DOMAIN_AFFECT_CONFIG.rawValue
        }
    }
}

extension DomainHandle {
    func attachDevice(_ xml: String, to place: HostdevPlace) throws(LibvirtError) {
        try LibvirtError.check(
            unsafe library.virDomainAttachDeviceFlags(pointer, xml, place.flags), "virDomainAttachDeviceFlags")
    }

    func detachDevice(_ xml: String, from place: HostdevPlace) throws(LibvirtError) {
        try LibvirtError.check(
            unsafe library.virDomainDetachDeviceFlags(pointer, xml, place.flags), "virDomainDetachDeviceFlags")
    }

    func detachDevice(alias: String, from place: HostdevPlace) throws(LibvirtError) {
        try LibvirtError.check(
            unsafe library.virDomainDetachDeviceAlias(pointer, alias, place.flags), "virDomainDetachDeviceAlias")
    }

    /// The metadata element of `namespace` in the current definition, without prefix; nil when there is none.
    func metadata(namespace: String) throws(LibvirtError) -> String? {
        let kind = Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        do throws(LibvirtError) {
            return try unsafe LibvirtError.take(
                library.virDomainGetMetadata(pointer, kind, namespace, 0), "virDomainGetMetadata")
        } catch {
            guard error.code == .noDomainMetadata else { throw error }
            return nil
        }
    }

    /// Writes, or with nil removes, the metadata element of `namespace` in the current definition, or of a running domain
    /// in both.
    func setMetadata(
        _ xml: String?, prefix: String, namespace: String, alsoPersistent: Bool
    ) throws(LibvirtError) {
        let kind = Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        let both = VIR_DOMAIN_AFFECT_LIVE.rawValue | VIR_DOMAIN_AFFECT_CONFIG.rawValue
        let flags = alsoPersistent ? try isActive() ? both : 0 : 0
        try LibvirtError.check(
            unsafe library.virDomainSetMetadata(pointer, kind, xml, prefix, namespace, flags), "virDomainSetMetadata")
    }
}

extension DomainIdentity {
    /// Reads name and UUID, which libvirt keeps in the handle: no call to the daemon.
    init(of domain: OpaquePointer) throws(LibvirtError) {
        guard let name = unsafe library.virDomainGetName(domain) else { throw .last(of: "virDomainGetName") }
        var bytes = [UInt8](repeating: 0, count: Int(VIR_UUID_BUFLEN))
        try LibvirtError.check(unsafe library.virDomainGetUUID(domain, &bytes), "virDomainGetUUID")
        guard let uuid = DomainUUID(bytes: bytes) else { throw .last(of: "virDomainGetUUID") }
        self.init(name: unsafe String(cString: name), uuid: uuid)
    }
}
