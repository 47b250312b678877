extension RemappingUnit {
    /// Where a DMA goes. Everything is decided here; ``explain(_:)`` only tells how. Changes nothing: what is cached
    /// counts, and nothing more is cached.
    public func route(_ request: DMARequest) -> Route {
        Self.route(request) { piece throws(Fault) in try translate(piece) }
    }

    /// Routes a DMA and does what a DMA does: its translations are cached, and where the platform has it so, a private
    /// DMA that faults fences its VM off.
    public mutating func perform(_ request: DMARequest) -> Route {
        let route = Self.route(request) { piece throws(Fault) in try translateAndCache(piece) }
        switch route {
        case .reaches: break
        case .faults(let fault): fence(after: fault, of: request)
        }
        return route
    }

    /// Translates the pieces of a request one after the other. It is judged as one.
    private static func route(
        _ request: DMARequest, _ translate: (DMARequest) throws(Fault) -> Segment
    ) -> Route {
        var segments: [Segment] = []
        var rest = request
        do throws(Fault) {
            while true {
                let piece = try translate(rest)
                segments.append(merging: piece)
                guard piece.count < rest.count else { return .reaches(segments) }
                rest.address += piece.count
                rest.count -= piece.count
            }
        } catch {
            return .faults(error)
        }
    }
}

extension [Segment] {
    /// Appends a segment, to the last one where it goes on from there.
    fileprivate mutating func append(merging next: Segment) {
        guard let last, last.physical + last.count == next.physical, last.owner == next.owner else {
            append(next)
            return
        }
        self[endIndex - 1].count += next.count
    }
}
