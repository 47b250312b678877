internal import Assignment
internal import Emulator

/// Names of domains for texts of the IOMMU model, which knows them by number.
struct DomainNames {
    private let names: [(number: String, name: String)]

    init(_ memory: MemoryView, _ snapshot: HostSnapshot) {
        names = memory.domains.reversed().compactMap { domain in
            snapshot.domain(domain.id).map { ("\(domain.number)", $0.name) }
        }
    }

    /// The description with names for numbers. Higher numbers first, so that none is taken for the start of another.
    func text(_ value: some CustomStringConvertible) -> String {
        names.reduce(value.description) { text, domain in text.replacing(domain.number, with: domain.name) }
    }
}
