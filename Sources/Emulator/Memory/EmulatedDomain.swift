internal import IOMMU

/// A virtual machine of the emulated host: its memory, page by page.
struct EmulatedDomain {
    let description: Topology.Domain
    /// Its number in IOMMU and page ownership.
    let number: DomainNumber
    /// Where its guest physical address 0 is in host memory. Its memory is one run, owned page by page.
    let base: UInt64
    var isRunning: Bool
    /// Guest physical ranges that are shared now, in order, without neighbours that touch.
    private(set) var shared: [Range<UInt64>]

    init(_ description: Topology.Domain, number: DomainNumber, base: UInt64) {
        self.description = description
        self.number = number
        self.base = base
        isRunning = description.isRunning
        shared = description.tee == nil ? [0..<description.memory] : description.shared
    }

    /// Guest physical ranges that are private now, in order.
    var `private`: [Range<UInt64>] {
        var ranges: [Range<UInt64>] = []
        var next: UInt64 = 0
        for range in shared {
            if range.lowerBound > next { ranges.append(next..<range.lowerBound) }
            next = range.upperBound
        }
        if next < description.memory { ranges.append(next..<description.memory) }
        return ranges
    }

    /// Where guest physical memory is in host memory.
    func physical(_ range: Range<UInt64>) -> Range<UInt64> { base + range.lowerBound..<base + range.upperBound }

    /// The guest physical address of the first private page, or nil.
    var firstPrivatePage: UInt64? { self.private.first?.lowerBound }

    /// The guest converted pages.
    mutating func convert(_ range: Range<UInt64>, toShared: Bool) {
        let others = shared.flatMap { piece in
            [
                piece.lowerBound..<min(piece.upperBound, max(piece.lowerBound, range.lowerBound)),
                max(piece.lowerBound, min(piece.upperBound, range.upperBound))..<piece.upperBound,
            ]
        }
        let pieces = (others + (toShared ? [range] : [])).filter { !$0.isEmpty }.sorted {
            $0.lowerBound < $1.lowerBound
        }
        shared = []
        for piece in pieces {
            if let last = shared.last, last.upperBound == piece.lowerBound {
                shared[shared.count - 1] = last.lowerBound..<piece.upperBound
            } else {
                shared.append(piece)
            }
        }
    }
}
