public import PCIe

extension LibvirtConnection {
    /// Assigns a function to a domain: to the running one, or, when it is off, to its persistent definition.
    ///
    /// `persistentStandIn` is for emulated devices only: where a driver cannot attach at all
    /// (``LibvirtError/Code/noSupport``), the persistent definition is rewritten to take the hostdev, for a running
    /// domain in place of the live one, and the outcome says so. Any other failure, and without it that one too, is an
    /// error, and nothing was changed.
    ///
    /// Attaching what is there already is reported as such. Throws ``HostdevError/addressTaken(_:by:)`` when another
    /// domain, running or not, has the function in its XML.
    public func attachHostdev(
        _ address: FunctionAddress, to uuid: DomainUUID, persistentStandIn: Bool = false
    ) throws(HostdevError) -> HostdevOutcome {
        let holder: DomainIdentity?
        do throws(LibvirtError) { holder = try self.holder(of: address, otherThan: uuid) } catch {
            throw .libvirt(error)
        }
        if let holder { throw .addressTaken(address, by: holder) }
        do throws(LibvirtError) {
            return try attach(address, to: uuid, standIn: persistentStandIn)
        } catch {
            throw .libvirt(error)
        }
    }

    /// Takes a function from a domain: from the running one, or, when it is off, from its persistent definition.
    ///
    /// A running guest is asked and may take its time: ``HostdevOutcome/Progress/requested``. `persistentStandIn` as for
    /// ``attachHostdev(_:to:persistentStandIn:)``. Detaching what is not there is reported as such.
    public func detachHostdev(
        _ address: FunctionAddress, from uuid: DomainUUID, persistentStandIn: Bool = false
    ) throws(LibvirtError) -> HostdevOutcome {
        let domain = try lookUp(.uuid(uuid))
        let place = try domain.ordinaryPlace()
        let found = try domain.hostdevs(at: address)
        if let hostdev = found[place] {
            do throws(LibvirtError) {
                try domain.detach(hostdev, from: place)
            } catch {
                guard error.code == .noSupport, persistentStandIn, place == .persistent else { throw error }
                try rewrite(domain) { $0.removeHostdev(at: address) }
            }
            return HostdevOutcome(place, try domain.hostdevs(at: address)[place] == nil ? .done : .requested)
        }
        guard persistentStandIn, found.persistent != nil else { return HostdevOutcome(place, .alreadyDone) }
        try rewrite(domain) { $0.removeHostdev(at: address) }
        return HostdevOutcome(.standIn, .done)
    }
}

extension LibvirtConnection {
    private func attach(
        _ address: FunctionAddress, to uuid: DomainUUID, standIn: Bool
    ) throws(LibvirtError) -> HostdevOutcome {
        let domain = try lookUp(.uuid(uuid))
        let place = try domain.ordinaryPlace()
        let found = try domain.hostdevs(at: address)
        if found[place] != nil { return HostdevOutcome(place, .alreadyDone) }
        let hostdev = Hostdev(assigning: address)
        do throws(LibvirtError) {
            try domain.attach(hostdev, to: place)
            return try domain.confirm(hostdev, in: place, after: "virDomainAttachDeviceFlags")
        } catch {
            guard error.code == .noSupport, standIn else { throw error }
        }
        let substitute: HostdevPlace = place == .live ? .standIn : .persistent
        if found.persistent != nil { return HostdevOutcome(substitute, .alreadyDone) }
        try rewrite(domain) { $0.insert(hostdev) }
        return try domain.confirm(hostdev, in: substitute, after: "virDomainDefineXMLFlags")
    }

    /// The domain other than `uuid` that has the function in one of its definitions; nil when none has.
    private func holder(of address: FunctionAddress, otherThan uuid: DomainUUID) throws(LibvirtError) -> DomainIdentity?
    {
        let holders = try handle(for: "virConnectListAllDomains").mapDomains { domain throws(LibvirtError) in
            let identity = try domain.identity()
            guard identity.uuid != uuid else { return DomainIdentity?.none }
            return try domain.hostdevs(at: address).isEmpty ? nil : identity
        }
        return holders.compactMap { $0 }.first
    }

    /// Changes the persistent definition by defining it anew. A domain without one cannot be changed this way: defining
    /// it would make it persistent.
    private func rewrite(
        _ domain: borrowing DomainHandle, _ change: (inout DomainDocument) -> Void
    ) throws(LibvirtError) {
        guard try domain.summary().isPersistent else {
            throw LibvirtError(
                .operationInvalid, message: "a transient domain has no persistent XML to change",
                function: "virDomainDefineXMLFlags")
        }
        var document = try DomainDocument(parsing: try domain.xml(.persistent))
        change(&document)
        _ = try handle(for: "virDomainDefineXMLFlags").define(document.xml)
    }
}

/// The hostdev of one function in each of a domain's definitions.
private struct FoundHostdevs {
    var live: Hostdev?
    var persistent: Hostdev?

    var isEmpty: Bool { live == nil && persistent == nil }

    subscript(place: HostdevPlace) -> Hostdev? {
        switch place {
        case .live: live
        case .persistent, .standIn: persistent
        }
    }
}

extension DomainHandle {
    /// Where a hostdev belongs now.
    fileprivate func ordinaryPlace() throws(LibvirtError) -> HostdevPlace { try isActive() ? .live : .persistent }

    fileprivate func hostdevs(at address: FunctionAddress) throws(LibvirtError) -> FoundHostdevs {
        let summary = try summary()
        var found = FoundHostdevs()
        if summary.isActive { found.live = try DomainDocument(parsing: try xml(.current)).hostdev(at: address) }
        if summary.isPersistent {
            found.persistent = try DomainDocument(parsing: try xml(.persistent)).hostdev(at: address)
        }
        return found
    }

    fileprivate func attach(_ hostdev: Hostdev, to place: HostdevPlace) throws(LibvirtError) {
        try attachDevice(hostdev.element.description, to: place == .live ? .live : .persistent)
    }

    /// By alias where there is one: newer test drivers know only that way.
    fileprivate func detach(_ hostdev: Hostdev, from place: HostdevPlace) throws(LibvirtError) {
        let target: ChangeTarget = place == .live ? .live : .persistent
        if let alias = hostdev.alias {
            try detachDevice(alias: alias, from: target)
        } else {
            try detachDevice(hostdev.element.description, from: target)
        }
    }

    /// libvirt reports success for some things it did not do, so what counts is what the XML says afterwards.
    fileprivate func confirm(
        _ hostdev: Hostdev, in place: HostdevPlace, after function: String
    ) throws(LibvirtError) -> HostdevOutcome {
        guard try hostdevs(at: hostdev.address)[place] != nil else {
            throw LibvirtError(
                .operationFailed, message: "reported success, but the XML has no hostdev \(hostdev.address)",
                function: function)
        }
        return HostdevOutcome(place, .done)
    }
}
