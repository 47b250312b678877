public import PCIe

extension LibvirtConnection {
    /// Assigns a function to a domain: to the running one, or, when it is off, to its persistent definition.
    ///
    /// `persistentStandIn` is for emulated devices only: where a driver cannot attach at all
    /// (``LibvirtError/Code/noSupport``), the persistent definition is rewritten to take the hostdev, for a running
    /// domain in place of the live one, and the outcome says so. Any other failure, and without it that one too, is an
    /// error, and nothing was changed; only after a lost connection (``LibvirtError/isConnectionLost``) it is not known.
    ///
    /// Attaching what is there already is reported as such. Throws ``HostdevError/addressTaken(_:by:)`` when another
    /// domain, running or not, has the function in its XML, and ``HostdevError/managed(_:)`` when this one has it in a
    /// way that libvirt would hand it back to a host driver.
    public func attachHostdev(
        _ address: FunctionAddress, to uuid: DomainUUID, persistentStandIn: Bool = false
    ) throws(HostdevError) -> HostdevOutcome {
        let (holder, survey) = try libvirt { () throws(LibvirtError) in
            (try self.holder(of: address, otherThan: uuid), try lookUp(.uuid(uuid)).survey(address))
        }
        if let holder { throw .addressTaken(address, by: holder) }
        if survey.found?.isManaged == true { throw .managed(address) }
        if survey.isThere { return HostdevOutcome(survey.place, .alreadyDone) }
        return try libvirt { () throws(LibvirtError) in
            try attach(Hostdev(assigning: address), to: uuid, survey, standIn: persistentStandIn)
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
        let survey = try domain.survey(address)
        if let hostdev = survey[survey.place] {
            do throws(LibvirtError) {
                try domain.detach(hostdev, from: survey.place)
            } catch {
                guard persistentStandIn, survey.place == .persistent, error.isLackOfSupport(for: .persistent) else {
                    throw error
                }
                try rewrite(domain) { $0.removeHostdev(at: address) }
            }
            return try domain.outcome(ofDetaching: address, from: survey.place)
        }
        guard persistentStandIn, survey.persistent != nil else { return HostdevOutcome(survey.place, .alreadyDone) }
        try rewrite(domain) { $0.removeHostdev(at: address) }
        return try domain.outcome(ofDetaching: address, from: .standIn)
    }
}

extension LibvirtConnection {
    private func attach(
        _ hostdev: Hostdev, to uuid: DomainUUID, _ survey: HostdevSurvey, standIn: Bool
    ) throws(LibvirtError) -> HostdevOutcome {
        let domain = try lookUp(.uuid(uuid))
        do throws(LibvirtError) {
            try domain.attach(hostdev, to: survey.place)
            return try domain.outcome(ofAttaching: hostdev.address, to: survey.place)
        } catch {
            guard standIn, error.isLackOfSupport(for: survey.place) else { throw error }
        }
        let substitute: HostdevPlace = survey.place == .live ? .standIn : .persistent
        if survey.persistent != nil { return HostdevOutcome(substitute, .alreadyDone) }
        try rewrite(domain) { $0.insert(hostdev) }
        return try domain.outcome(ofAttaching: hostdev.address, to: substitute)
    }

    /// The domain other than `uuid` that has the function in one of its definitions; nil when none has.
    private func holder(
        of address: FunctionAddress, otherThan uuid: DomainUUID
    ) throws(LibvirtError) -> DomainIdentity? {
        let holders = try handle(for: "virConnectListAllDomains").mapDomains { domain throws(LibvirtError) in
            let identity = try domain.identity()
            guard identity.uuid != uuid else { return DomainIdentity?.none }
            return try domain.survey(address).found == nil ? nil : identity
        }
        return holders.compactMap { $0 }.first
    }

    /// Changes the persistent definition by defining it anew. A domain without one cannot be changed this way: defining
    /// it would make it persistent.
    private func rewrite(
        _ domain: borrowing DomainHandle, _ change: (inout DomainDocument) -> Void
    ) throws(LibvirtError) {
        let function = "virDomainDefineXMLFlags"
        guard try domain.summary().isPersistent else {
            throw LibvirtError(
                .operationInvalid, message: "a transient domain has no persistent XML to change", function: function)
        }
        var document = try DomainDocument(parsing: try domain.xml(.persistent))
        change(&document)
        _ = try handle(for: function).define(document.xml)
    }

    private func libvirt<Result>(_ body: () throws(LibvirtError) -> Result) throws(HostdevError) -> Result {
        do throws(LibvirtError) { return try body() } catch { throw .libvirt(error) }
    }
}

extension LibvirtError {
    /// Whether the driver has no function to change a domain in `place`. Newer test drivers have the function but refuse
    /// its flag for the persistent definition as an invalid argument.
    fileprivate func isLackOfSupport(for place: HostdevPlace) -> Bool {
        code == .noSupport || code == .invalidArgument && place == .persistent
    }
}

/// What a domain's two definitions hold of one function.
private struct HostdevSurvey {
    var isActive: Bool
    var live: Hostdev?
    var persistent: Hostdev?

    /// Where a hostdev belongs now.
    var place: HostdevPlace { isActive ? .live : .persistent }
    var isThere: Bool { self[place] != nil }
    /// In either definition.
    var found: Hostdev? { live ?? persistent }

    subscript(place: HostdevPlace) -> Hostdev? {
        switch place {
        case .live: live
        case .persistent, .standIn: persistent
        }
    }
}

extension DomainHandle {
    fileprivate func survey(_ address: FunctionAddress) throws(LibvirtError) -> HostdevSurvey {
        let summary = try summary()
        var survey = HostdevSurvey(isActive: summary.isActive)
        if summary.isActive { survey.live = try DomainDocument(parsing: try xml(.current)).hostdev(at: address) }
        if summary.isPersistent {
            survey.persistent = try DomainDocument(parsing: try xml(.persistent)).hostdev(at: address)
        }
        return survey
    }

    fileprivate func attach(_ hostdev: Hostdev, to place: HostdevPlace) throws(LibvirtError) {
        try attachDevice(hostdev.element.description, to: place)
    }

    /// By alias where there is one: newer test drivers know only that way.
    fileprivate func detach(_ hostdev: Hostdev, from place: HostdevPlace) throws(LibvirtError) {
        if let alias = hostdev.alias {
            try detachDevice(alias: alias, from: place)
        } else {
            try detachDevice(hostdev.element.description, from: place)
        }
    }

    // libvirt reports success for some things it did not do, so what counts is what the XML says afterwards.

    fileprivate func outcome(
        ofAttaching address: FunctionAddress, to place: HostdevPlace
    ) throws(LibvirtError) -> HostdevOutcome {
        guard try survey(address)[place] != nil else {
            throw LibvirtError(
                .operationFailed, message: "libvirt reported success, but the XML has no hostdev \(address)",
                function: "attach")
        }
        return HostdevOutcome(place, .done)
    }

    fileprivate func outcome(
        ofDetaching address: FunctionAddress, from place: HostdevPlace
    ) throws(LibvirtError) -> HostdevOutcome {
        if try survey(address)[place] == nil { return HostdevOutcome(place, .done) }
        guard place == .live else {
            throw LibvirtError(
                .operationFailed, message: "libvirt reported success, but the XML still has the hostdev \(address)",
                function: "detach")
        }
        return HostdevOutcome(place, .requested)
    }
}
