public import PCIe

/// A PCI function of the host that a domain's XML assigns to the domain.
public struct Hostdev: Hashable, Sendable {
    /// Which function of the host.
    public var address: FunctionAddress
    /// The name that events and later calls use; a running domain's hostdev always has one.
    public var alias: String?
    /// Whether libvirt takes the function from its host driver and gives it back on its own.
    public var isManaged: Bool

    /// The hostdev this project makes of a function.
    ///
    /// Not managed: otherwise libvirt would hand a used function back to a host driver before its TDISP state is ended
    /// and its reset proven.
    public init(assigning address: FunctionAddress) {
        self.address = address
        alias = Self.alias(of: address)
        isManaged = false
    }

    /// The alias given to the function's hostdev, such as `ua-tdisp-0000-3b-00-1`; libvirt keeps only aliases that
    /// begin with `ua-`.
    public static func alias(of address: FunctionAddress) -> String {
        let separators: Set<Character> = [":", "."]
        return "ua-tdisp-" + String(address.description.map { separators.contains($0) ? "-" : $0 })
    }
}

extension Hostdev {
    /// Reads a device that is a PCI function of the host: a hostdev, and what libvirt attaches the same way, an
    /// interface made of a virtual function and an NVMe disk. Nil for every other element, and for a segment above
    /// 0xffff, which only functions behind a VMD have.
    init?(_ element: XMLTree) throws(LibvirtError) {
        switch (element.name, element.attributes["type"]) {
        case ("hostdev", "pci"), ("interface", "hostdev"), ("disk", "nvme"): break
        default: return nil
        }
        guard let source = element.first("source"), let place = source.first("address") else {
            throw DomainDocument.malformed("<\(element.name)> of a PCI function has no source address")
        }
        func number(_ name: String, limit: UInt32) throws(LibvirtError) -> UInt32 {
            let text = place.attributes[name] ?? "0"
            guard let value = UInt32(cLiteral: text), value <= limit else {
                throw DomainDocument.malformed("\(name) '\(text)' of a PCI function is not a number up to \(limit)")
            }
            return value
        }
        let segment = try number("domain", limit: .max)
        let requesterID = RequesterID(
            bus: UInt8(try number("bus", limit: 0xFF)), device: UInt8(try number("slot", limit: 0x1F)),
            function: UInt8(try number("function", limit: 7)))
        guard let segment = UInt16(exactly: segment) else { return nil }
        address = FunctionAddress(segment: segment, requesterID: requesterID)
        alias = element.first("alias")?.attributes["name"]
        isManaged = (element.attributes["managed"] ?? source.attributes["managed"]) == "yes"
    }

    /// The `<hostdev>` element.
    var element: XMLTree {
        let id = address.requesterID
        let source = [
            "domain": "0x" + hex(address.segment, 4), "bus": "0x" + hex(id.bus, 2), "slot": "0x" + hex(id.device, 2),
            "function": "0x" + hex(id.function, 1),
        ]
        let alias = alias.map { XMLTree.Content.element(XMLTree("alias", ["name": $0])) }
        return XMLTree(
            "hostdev", ["mode": "subsystem", "type": "pci", "managed": isManaged ? "yes" : "no"],
            [.element(XMLTree("source", [:], [.element(XMLTree("address", source))]))] + (alias.map { [$0] } ?? []))
    }
}

extension UInt32 {
    /// A number as libvirt reads it: hexadecimal behind `0x`, octal behind `0`, else decimal.
    fileprivate init?(cLiteral text: String) {
        let digits = text.lowercased()
        guard let first = digits.first, first.isASCII, first.isNumber else { return nil }
        if digits.hasPrefix("0x") {
            self.init(digits.dropFirst(2), radix: 16)
        } else {
            self.init(digits, radix: first == "0" ? 8 : 10)
        }
    }
}
