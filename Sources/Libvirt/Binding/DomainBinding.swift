public import PCIe

/// What this project writes into a domain's `<metadata>`, so that `virsh dumpxml` shows an operator which device is
/// converted.
///
/// ```xml
/// <tdisp:binding xmlns:tdisp="https://tdispctl.dev/xmlns/binding/1">
///   <tdisp:tee>sev-snp</tdisp:tee>
///   <tdisp:device address="0000:3b:00.1" phase="private" epoch="3" state="RUN"/>
/// </tdisp:binding>
/// ```
///
/// A mirror for people, never a source of truth: anyone who may edit the domain may edit this.
public struct DomainBinding: Hashable, Sendable {
    /// The XML namespace.
    public static let namespace = "https://tdispctl.dev/xmlns/binding/1"
    static let prefix = "tdisp"

    /// One device of the domain.
    public struct Device: Hashable, Sendable {
        /// Which function.
        public var address: FunctionAddress
        /// The manager's state of the assignment, as text.
        public var phase: String
        /// Which LOCK..STOP life of the interface.
        public var lockEpoch: UInt64
        /// The TDI state that was last confirmed, such as `RUN`; nil when none was.
        public var confirmedState: String?

        /// Creates an entry.
        public init(address: FunctionAddress, phase: String, lockEpoch: UInt64, confirmedState: String?) {
            self.address = address
            self.phase = phase
            self.lockEpoch = lockEpoch
            self.confirmedState = confirmedState
        }
    }

    /// The TEE of an emulated domain, for which `<launchSecurity>` has no word in every libvirt.
    public var tee: String?
    /// The devices, in order of their addresses.
    public private(set) var devices: [Device]

    /// Creates a binding; of several entries for one address the last one stands.
    public init(tee: String? = nil, devices: [Device] = []) {
        self.tee = tee
        self.devices = []
        for device in devices { record(device) }
    }

    /// Whether there is nothing to write.
    public var isEmpty: Bool { tee == nil && devices.isEmpty }

    /// Adds `device`, or replaces the entry of its address.
    public mutating func record(_ device: Device) {
        remove(device.address)
        devices.append(device)
        devices.sort { $0.address < $1.address }
    }

    /// Removes the entry of `address`, if there is one.
    public mutating func remove(_ address: FunctionAddress) { devices.removeAll { $0.address == address } }
}

extension DomainBinding {
    /// Reads the element, whatever prefix its names have; elements and attributes not known are passed over.
    init(_ element: XMLTree) throws(LibvirtError) {
        self.init(tee: element.elements.first { $0.localName == "tee" }?.text)
        for device in element.elements where device.localName == "device" { record(try Device(device)) }
    }

    /// The element without prefix, as libvirt wants it: it puts the prefix in.
    var element: XMLTree {
        let tee = tee.map { [XMLTree.Content.element(XMLTree("tee", text: $0))] } ?? []
        return XMLTree("binding", [:], tee + devices.map { .element($0.element) })
    }

    /// The element with its prefix and the declaration of its namespace, as it stands in a domain's XML.
    var qualifiedElement: XMLTree {
        func qualify(_ element: XMLTree) -> XMLTree {
            var qualified = element
            qualified.name = "\(Self.prefix):\(element.name)"
            qualified.content = element.content.map { content in
                if case .element(let child) = content { .element(qualify(child)) } else { content }
            }
            return qualified
        }
        var root = qualify(element)
        root.attributes["xmlns:\(Self.prefix)"] = Self.namespace
        return root
    }
}

extension DomainBinding.Device {
    fileprivate init(_ element: XMLTree) throws(LibvirtError) {
        guard let text = element.attributes["address"], let address = try? FunctionAddress(parsing: text) else {
            throw DomainDocument.malformed("a device of our metadata has no valid address")
        }
        guard let phase = element.attributes["phase"], let lockEpoch = element.attributes["epoch"].flatMap(UInt64.init)
        else { throw DomainDocument.malformed("device \(address) of our metadata lacks its phase or epoch") }
        self.init(
            address: address, phase: phase, lockEpoch: lockEpoch, confirmedState: element.attributes["state"])
    }

    fileprivate var element: XMLTree {
        var attributes = ["address": address.description, "phase": phase, "epoch": String(lockEpoch)]
        attributes["state"] = confirmedState
        return XMLTree("device", attributes)
    }
}
