internal import Assignment
internal import Emulator
internal import IOMMU
internal import PCIe

extension Names {
    /// What VMs of the emulated host are called, and functions of one of its segments.
    init(_ memory: MemoryView, _ snapshot: HostSnapshot, segment: UInt16 = 0) {
        let domains = memory.domains.compactMap { domain in
            snapshot.domain(domain.id).map { (domain.number, $0.name) }
        }
        let names = Dictionary(domains, uniquingKeysWith: { first, _ in first })
        self.init(
            domain: { names[$0] ?? $0.description },
            requester: { FunctionAddress(segment: segment, requesterID: $0).description })
    }
}

extension Names {
    /// Numbers for VMs, and full addresses for functions of a segment.
    static func numbers(in segment: UInt16) -> Names {
        Names(
            domain: \.description, requester: { FunctionAddress(segment: segment, requesterID: $0).description })
    }
}

extension MemoryView {
    /// The conversions that are held, for example `0x5000 + 4 KiB of web1 to private: DMA 0 has not landed`.
    func heldConversions(_ snapshot: HostSnapshot) -> [String] {
        conversions.map { conversion in
            let names = Names(self, snapshot, segment: conversion.segment ?? 0)
            let size = conversion.pages.upperBound - conversion.pages.lowerBound
            let domain = snapshot.domain(conversion.domain)?.name ?? "\(conversion.domain)"
            return "\(Bytes.hex(conversion.pages.lowerBound)) + \(Bytes.text(size)) of \(domain) to "
                + (conversion.toShared ? "shared" : "private") + (conversion.heldBy.map { ": \($0.text(names))" } ?? "")
        }
    }
}
