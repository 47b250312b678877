extension RemappingUnit {
    /// First step: puts an invalidation into the queue. Nothing is forgotten yet.
    public mutating func requestInvalidation(_ scope: InvalidationScope) -> InvalidationNumber {
        invalidations.add(scope)
    }

    /// The hardware takes everything from the queue: the IOTLB forgets, devices are asked. What DMA in flight or a
    /// device still holds up completes later.
    public mutating func processInvalidations() {
        for index in invalidations.pending.indices where invalidations.pending[index].stage == .requested {
            let scope = invalidations.pending[index].scope
            switch scope {
            case .everything, .table, .pages:
                iotlb.remove { scope.covers($0) }
                invalidations.pending[index].stage = .draining(before: flights.next)
            case .device(let requester, _):
                invalidations.pending[index].stage = .awaiting(requester)
            }
        }
        retireInvalidations()
    }

    /// A device answers an invalidate request: it has forgotten. Another answer, or one too many, does nothing.
    ///
    /// Until it answers, all it held counts as held.
    public mutating func answerInvalidation(_ number: InvalidationNumber) {
        guard let index = invalidations.pending.firstIndex(where: { $0.number == number }),
            case .device(let requester, let range) = invalidations.pending[index].scope,
            invalidations.pending[index].stage == .awaiting(requester)
        else { return }
        deviceCaches.remove(requester, in: range)
        invalidations.pending[index].stage = .draining(before: flights.next)
        retireInvalidations()
    }

    /// How far an invalidation has come; nil: it was never asked for.
    public func progress(of number: InvalidationNumber) -> InvalidationProgress? {
        guard number < invalidations.next else { return nil }
        guard let first = invalidations.pending.first, first.number <= number else { return .completed }
        let own = invalidations.pending.first { $0.number == number }
        if own?.stage == .requested { return .requested }
        switch first.stage {
        case .requested: return .requested
        case .awaiting(let requester): return .awaiting(requester)
        case .draining(let limit): return .draining(flights.oldest ?? limit)
        }
    }

    /// Asks for an invalidation and has it processed at once: for owners of tables with nothing in flight and no device
    /// to ask. Returns how far it came.
    @discardableResult
    public mutating func invalidate(_ scope: InvalidationScope) -> InvalidationProgress {
        let number = requestInvalidation(scope)
        processInvalidations()
        return progress(of: number) ?? .completed
    }

    /// Lets what is done leave the queue, from its front.
    mutating func retireInvalidations() {
        while let first = invalidations.pending.first {
            guard case .draining(let limit) = first.stage, flights.oldest.map({ $0 >= limit }) ?? true else { return }
            invalidations.pending.removeFirst()
        }
    }
}

extension InvalidationScope {
    /// Whether it makes an entry of the IOTLB forgotten.
    fileprivate func covers(_ entry: TranslationCache.Way) -> Bool {
        switch self {
        case .everything: true
        case .table(let table): entry.tables.first == table || entry.tables.second == table
        case .pages(let range, let table):
            if entry.tables.first == table || entry.tables.first == .none && entry.tables.second == table {
                entry.address < range.upperBound && range.lowerBound < entry.address + PageOwnership.frameSize
            } else {
                entry.tables.second == table
            }
        case .device: false
        }
    }
}
