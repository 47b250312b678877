public import PCIe

/// Which of a domain's definitions holds, or held, the hostdev.
public enum HostdevPlace: String, Hashable, Sendable {
    /// The running domain's: the guest has the device.
    case live
    /// The persistent one of a domain that is off: the next start takes the device.
    case persistent
    /// The persistent one of a running domain, in place of the live one: the driver has no hot-plug. Only an emulated
    /// device can be had this way; no hypervisor was told anything.
    case standIn
}

/// What came of a request to attach or detach a hostdev.
public struct HostdevOutcome: Hashable, Sendable {
    /// How far it got.
    public enum Progress: String, Hashable, Sendable {
        /// Done, and seen in the domain's XML.
        case done
        /// Nothing was to be done: it was so already.
        case alreadyDone
        /// The guest was asked to let go; ``LibvirtEvent/deviceRemoved(_:alias:)`` tells when it has.
        case requested
    }

    /// Where.
    public var place: HostdevPlace
    /// How far.
    public var progress: Progress

    /// Creates an outcome.
    public init(_ place: HostdevPlace, _ progress: Progress) {
        self.place = place
        self.progress = progress
    }
}

/// Why a hostdev was not attached.
public enum HostdevError: Error, Hashable, Sendable {
    /// libvirt refused or failed.
    case libvirt(LibvirtError)
    /// Another domain's definition, running or not, holds the function.
    case addressTaken(FunctionAddress, by: DomainIdentity)
    /// The domain has the function as `managed='yes'`: libvirt would give it back to a host driver by itself.
    case managed(FunctionAddress)
}

extension HostdevError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .libvirt(let error): error.description
        case .addressTaken(let address, let holder): "\(address) is a hostdev of domain \(holder)"
        case .managed(let address):
            "\(address) is a hostdev with managed='yes', which libvirt hands back to a host driver; make it managed='no'"
        }
    }
}
