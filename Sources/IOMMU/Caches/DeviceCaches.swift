import PCIe

/// What devices hold of translations they asked for (ATS): their address translation caches. They give nothing up by
/// themselves but on the occasions that TDISP names, and nobody sees what they do with it.
struct DeviceCaches: Hashable, Sendable {
    private var pages: [Key: ResolvedPage] = [:]

    /// A page of a function's addresses.
    struct Key: Hashable {
        let requester: RequesterID
        let pasid: PASID?
        let tBit: TBit
        let page: UInt64

        var address: UInt64 { page << 12 }
    }

    var isEmpty: Bool { pages.isEmpty }

    subscript(key: Key) -> ResolvedPage? {
        get { pages[key] }
        set { pages[key] = newValue }
    }

    /// What one function holds, in order.
    func entries(of requester: RequesterID) -> [(key: Key, page: ResolvedPage)] {
        pages.filter { $0.key.requester == requester }.sorted { Self.precedes($0.key, $1.key) }
            .map { (key: $0.key, page: $0.value) }
    }

    /// Forgets the entries of a function in a range of its addresses.
    mutating func remove(_ requester: RequesterID, in range: Range<UInt64>) {
        pages = pages.filter { key, _ in
            key.requester != requester || key.address >= range.upperBound
                || key.address + PageOwnership.frameSize <= range.lowerBound
        }
    }

    /// The entry of lowest requester and address that leads to a frame of a range.
    func first(reaching physical: Range<UInt64>) -> Key? {
        pages.filter { $0.value.reaches(physical) }.keys.min(by: Self.precedes)
    }

    private static func precedes(_ left: Key, _ right: Key) -> Bool {
        (left.requester.rawValue, left.tBit.rawValue, left.pasid?.rawValue ?? 0, left.page)
            < (right.requester.rawValue, right.tBit.rawValue, right.pasid?.rawValue ?? 0, right.page)
    }
}
