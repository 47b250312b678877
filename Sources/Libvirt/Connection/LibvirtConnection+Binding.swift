// Metadata goes to the current definition: that of a running domain ends with the run, as what it tells does. Where the
// persistent definition stands in for the live one (emulated devices), it goes there too.
extension LibvirtConnection {
    /// Our metadata of a domain; nil when it has none.
    ///
    /// Throws ``LibvirtError/Code/xmlError`` when someone else wrote into it what cannot be read.
    public func binding(of uuid: DomainUUID) throws(LibvirtError) -> DomainBinding? {
        try lookUp(.uuid(uuid)).binding()
    }

    /// Reads our metadata of a domain, lets `change` edit it, and writes it back; an empty one is removed.
    ///
    /// No other call on this connection comes between reading and writing. Returns what was written.
    @discardableResult
    public func updateBinding(
        of uuid: DomainUUID, alsoPersistent: Bool = false, _ change: @Sendable (inout DomainBinding) -> Void
    ) throws(LibvirtError) -> DomainBinding {
        let domain = try lookUp(.uuid(uuid))
        let before = try domain.binding()
        var binding = before ?? DomainBinding()
        change(&binding)
        if binding != before ?? DomainBinding() { try domain.write(binding, alsoPersistent: alsoPersistent) }
        return binding
    }

    /// Removes our metadata of a domain, readable or not. Does nothing when there is none.
    public func removeBinding(of uuid: DomainUUID) throws(LibvirtError) {
        try lookUp(.uuid(uuid)).write(DomainBinding(), alsoPersistent: false)
    }
}

extension DomainHandle {
    fileprivate func binding() throws(LibvirtError) -> DomainBinding? {
        guard let xml = try metadata(namespace: DomainBinding.namespace) else { return nil }
        return try DomainBinding(try XMLTree(parsing: xml, source: "domain metadata"))
    }

    fileprivate func write(_ binding: DomainBinding, alsoPersistent: Bool) throws(LibvirtError) {
        try setMetadata(
            binding.isEmpty ? nil : binding.element.description, prefix: DomainBinding.prefix,
            namespace: DomainBinding.namespace, alsoPersistent: alsoPersistent)
    }
}
