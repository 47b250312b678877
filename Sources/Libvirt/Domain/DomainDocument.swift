import PCIe

/// A domain's XML, for reading and for putting hostdevs in and taking them out; all else in it stays as it is.
struct DomainDocument {
    private(set) var root: XMLTree

    init(parsing xml: String) throws(LibvirtError) {
        root = try XMLTree(parsing: xml, source: "domain XML")
        guard root.name == "domain" else { throw Self.malformed("the root element is <\(root.name)>, not <domain>") }
    }

    var xml: String { root.description }

    var launchSecurity: LaunchSecurity? {
        root.first("launchSecurity")?.attributes["type"].map(LaunchSecurity.init(rawValue:))
    }

    /// The PCI functions assigned to the domain.
    func hostdevs() throws(LibvirtError) -> [Hostdev] {
        var hostdevs: [Hostdev] = []
        for element in root.first("devices")?.elements ?? [] {
            if let hostdev = try Hostdev(element) { hostdevs.append(hostdev) }
        }
        return hostdevs
    }

    func hostdev(at address: FunctionAddress) throws(LibvirtError) -> Hostdev? {
        try hostdevs().first { $0.address == address }
    }

    mutating func insert(_ hostdev: Hostdev) {
        edit("devices") { $0.content.append(.element(hostdev.element)) }
    }

    mutating func removeHostdev(at address: FunctionAddress) {
        edit("devices") { devices in
            devices.content.removeAll { content in
                guard case .element(let element) = content, let hostdev = try? Hostdev(element) else { return false }
                return hostdev.address == address
            }
        }
    }

    static func malformed(_ reason: String) -> LibvirtError {
        LibvirtError(.xmlError, message: reason, function: "domain XML")
    }
}

extension DomainDocument {
    func identity() throws(LibvirtError) -> DomainIdentity {
        guard let name = root.first("name")?.text, !name.isEmpty else { throw Self.malformed("<name> is missing") }
        guard let text = root.first("uuid")?.text else { throw Self.malformed("<uuid> is missing") }
        guard let uuid = DomainUUID(parsing: text) else { throw Self.malformed("<uuid> '\(text)' is not a UUID") }
        return DomainIdentity(name: name, uuid: uuid)
    }

    func memoryKiB() throws(LibvirtError) -> UInt64 {
        guard let memory = root.first("memory") else { throw Self.malformed("<memory> is missing") }
        // libvirt accepts many units and writes this one.
        guard memory.attributes["unit"] ?? "KiB" == "KiB", let size = UInt64(memory.text) else {
            throw Self.malformed("<memory> '\(memory.text)' is not a number of KiB")
        }
        return size
    }

    func binding() throws(LibvirtError) -> DomainBinding? {
        guard let metadata = root.first("metadata") else { return nil }
        let ours = metadata.elements.first { element in
            let declaration = element.prefix.map { "xmlns:\($0)" } ?? "xmlns"
            let namespace = [element, metadata, root].compactMap { $0.attributes[declaration] }.first
            return namespace == DomainBinding.namespace
        }
        guard let ours else { return nil }
        return try DomainBinding(ours)
    }

    /// Changes the first child called `name`, which is made when there is none.
    private mutating func edit(_ name: String, _ change: (inout XMLTree) -> Void) {
        var child = root.first(name) ?? XMLTree(name)
        change(&child)
        let index = root.content.firstIndex {
            if case .element(let element) = $0 { element.name == name } else { false }
        }
        if let index { root.content[index] = .element(child) } else { root.content.append(.element(child)) }
    }
}
