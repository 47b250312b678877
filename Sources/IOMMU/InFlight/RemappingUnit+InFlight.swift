extension RemappingUnit {
    /// Lets a DMA through and leaves it in flight: what it reaches is settled now, that it lands comes later.
    ///
    /// Throws the fault that stops it.
    public mutating func launch(_ request: DMARequest) throws(Fault) -> DMANumber {
        switch perform(request) {
        case .reaches(let segments): return flights.add(segments)
        case .faults(let fault): throw fault
        }
    }

    /// A DMA in flight lands. Returns where; nil: it is not in flight.
    @discardableResult
    public mutating func land(_ number: DMANumber) -> [Segment]? {
        let segments = flights.remove(number)
        retireInvalidations()
        return segments
    }
}
