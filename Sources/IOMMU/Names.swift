public import PCIe

/// How texts call what the model knows by number alone: VMs, and functions within their segment.
public struct Names {
    /// What a VM is called.
    public let domain: (DomainNumber) -> String
    /// What a function is called.
    public let requester: (RequesterID) -> String

    /// Creates names.
    public init(domain: @escaping (DomainNumber) -> String, requester: @escaping (RequesterID) -> String) {
        self.domain = domain
        self.requester = requester
    }

    /// The numbers themselves: `domain 3`, `3b:00.1`.
    public static var numbers: Names { Names(domain: \.description, requester: \.description) }
}

/// A value whose text names VMs or functions. Its description has their numbers.
public protocol TextWithNames: CustomStringConvertible {
    /// What it says, with these names.
    func text(_ names: Names) -> String
}

extension TextWithNames {
    /// What it says, with numbers for names.
    public var description: String { text(.numbers) }
}
