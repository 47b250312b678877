// Device addresses that look alike from inside a VM are told of once.

extension GuestBelief {
    /// Up to where the answer is the same for an address and those behind it.
    func end(of address: UInt64) -> UInt64 {
        switch self {
        case .physical: .max
        case .mapped: address.end(ofUnit: PageOwnership.frameSize)
        case .stopped(let fault): fault.end(of: address)
        }
    }

    /// Whether another one, for addresses `offset` behind these, says the same.
    fileprivate func continues(_ next: Self, by offset: UInt64) -> Bool {
        switch (self, next) {
        case (.physical(let one, let isFromVTOM), .physical(let other, let isToo)):
            one &+ offset == other && isFromVTOM == isToo
        case (.mapped(let one), .mapped(let other)): one &+ offset == other
        case (.stopped(let one), .stopped(let other)): one.isAlike(other)
        case (.physical, .mapped), (.physical, .stopped), (.mapped, .physical), (.mapped, .stopped),
            (.stopped, .physical), (.stopped, .mapped):
            false
        }
    }
}

extension Route {
    /// Up to where the answer is the same for an address and those behind it.
    func end(of address: UInt64) -> UInt64 {
        switch self {
        case .reaches: address.end(ofUnit: PageOwnership.frameSize)
        case .faults(let fault): fault.end(of: address)
        }
    }
}

extension Fault {
    fileprivate func end(of address: UInt64) -> UInt64 {
        switch check {
        case .notMapped(let level): address.end(ofUnit: TableEntry.bytes(level: level))
        case .permission, .noMemory, .ownership: address.end(ofUnit: PageOwnership.frameSize)
        case .addressRange, .gate, .busMasterDisabled, .notTranslated, .pasid, .noContext, .contextOfOther: .max
        }
    }

    /// Whether another one is the same but for the addresses.
    fileprivate func isAlike(_ other: Self) -> Bool {
        table == other.table && rule == other.rule && check.withoutAddress == other.check.withoutAddress
    }
}

extension Fault.Check {
    fileprivate var withoutAddress: Self {
        switch self {
        case .noMemory: .noMemory(physical: 0)
        case .ownership(_, let owner): .ownership(physical: 0, owner)
        case .addressRange, .gate, .busMasterDisabled, .notTranslated, .pasid, .noContext, .contextOfOther, .notMapped,
            .permission:
            self
        }
    }
}

extension [GuestPart] {
    /// Appends a part, to the last one where it goes on from there.
    mutating func append(merging next: GuestPart) {
        guard var last, let route = last.route(continuedBy: next) else { return append(next) }
        last.addresses = last.addresses.lowerBound..<next.addresses.upperBound
        last.route = route
        self[endIndex - 1] = last
    }
}

extension GuestPart {
    /// The route of both parts together; nil: the other one does not go on as this one does.
    fileprivate func route(continuedBy next: Self) -> Route? {
        let size = addresses.upperBound - addresses.lowerBound
        guard addresses.upperBound == next.addresses.lowerBound, belief.continues(next.belief, by: size),
            guestPhysical.map({ $0 &+ size }) == next.guestPhysical
        else { return nil }
        switch (route, next.route) {
        case (.faults(let one), .faults(let other)): return one.isAlike(other) ? route : nil
        case (.reaches(let one), .reaches(let other)):
            guard let first = one.first, let second = other.first, first.owner == second.owner,
                first.physical &+ size == second.physical
            else { return nil }
            return route
        case (.faults, .reaches), (.reaches, .faults): return nil
        }
    }
}

extension [Range<UInt64>] {
    /// In order, overlapping and touching ones as one.
    var merged: Self {
        sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { ranges, next in
            if let last = ranges.last, next.lowerBound <= last.upperBound {
                ranges[ranges.endIndex - 1] = last.lowerBound..<Swift.max(last.upperBound, next.upperBound)
            } else {
                ranges.append(next)
            }
        }
    }
}

extension UInt64 {
    /// The end of the aligned unit of a size, a power of two, that holds the address.
    fileprivate func end(ofUnit size: UInt64) -> UInt64 {
        let (end, overflows) = (self | (size - 1)).addingReportingOverflow(1)
        return overflows ? .max : end
    }
}
