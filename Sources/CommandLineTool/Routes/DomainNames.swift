internal import Assignment
internal import Emulator

/// Names of domains for texts of the IOMMU model, which knows them by number.
struct DomainNames {
    private let names: [(number: String, name: String)]
    private let namesByID: [DomainID: String]

    init(_ memory: MemoryView, _ snapshot: HostSnapshot) {
        namesByID = Dictionary(snapshot.domains.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        names = memory.domains.reversed().compactMap { domain in
            snapshot.domain(domain.id).map { ("\(domain.number)", $0.name) }
        }
    }

    /// A conversion that is held, for example `0x5000 + 4 KiB of web1 to private: DMA 0 has not landed`.
    func words(of conversion: MemoryView.Conversion) -> String {
        let size = conversion.pages.upperBound - conversion.pages.lowerBound
        let reason = conversion.heldBy.map { ": \(text($0))" } ?? ""
        return "\(Bytes.hex(conversion.pages.lowerBound)) + \(Bytes.text(size)) of \(name(of: conversion.domain)) to "
            + (conversion.toShared ? "shared" : "private") + reason
    }

    private func name(of domain: DomainID) -> String { namesByID[domain] ?? "\(domain)" }

    /// The description with names for numbers. Higher numbers first, so that none is taken for the start of another.
    func text(_ value: some CustomStringConvertible) -> String {
        names.reduce(value.description) { text, domain in text.replacing(domain.number, with: domain.name) }
    }
}
