public import PCIe

extension TDI {
    /// RUN: private operation, T=1 on the bound streams.
    public struct Running: Hashable, Sendable {
        /// What was locked.
        public let lock: TDILock
        /// Streams bound for peer-to-peer traffic, beside the default stream.
        public let p2pStreams: Set<StreamID>

        func step(_ event: Event) -> Transition {
            switch event {
            case .request(let request, let session): answer(request, isOwner: session == lock.session)
            case .incident(let incident): incident.breaks(Watch(self)) ? Failing.begin(.incident(incident)) : stay
            case .conventionalReset: Stopping.begin(from: .run, .reset)
            case .outcome, .recoverFromError: stay
            }
        }

        private var stay: Transition { staying(.none) }

        private func staying(_ effect: Effect) -> Transition { Transition(.run(self), effect) }

        private func answer(_ request: Request, isOwner: Bool) -> Transition {
            switch request {
            case .state: staying(.answer(.interfaceState(.run)))
            case .lock, .start: staying(.refuse(.invalidInterfaceState))
            case .report where !isOwner, .stop where !isOwner, .adjust where !isOwner: staying(.refuse(.invalidRequest))
            case .report(let query): staying(.portion(query, of: lock.report))
            case .stop: Stopping.begin(from: .run, .requested)
            case .adjust(let adjustment) where permits(adjustment):
                Transition(.adjusting(Adjusting(running: self, adjustment: adjustment)), .adjust(adjustment))
            case .adjust: staying(.refuse(.invalidRequest))
            }
        }

        /// Whether the terms of the lock and the report permit the change (TDISP 1.0, 11.3). What only the
        /// device knows, such as the keys of a stream, is left to the effect.
        private func permits(_ adjustment: Adjustment) -> Bool {
            switch adjustment {
            case .bind(let stream):
                lock.request.flags.contains(.bindP2P) && lock.report.info.contains(.ats)
                    && stream != lock.request.defaultStream && !p2pStreams.contains(stream)
            case .unbind(let stream): p2pStreams.contains(stream)
            case .setAttribute(let change):
                lock.report.ranges.contains { range in
                    range.id == change.rangeID && range.attributes.contains(.updatable)
                        && range.contains(page: change.firstPage, count: change.pageCount)
                }
            }
        }

        /// The interface after a change.
        func applying(_ adjustment: Adjustment) -> Running {
            switch adjustment {
            case .bind(let stream): Running(lock: lock, p2pStreams: p2pStreams.union([stream]))
            case .unbind(let stream): Running(lock: lock, p2pStreams: p2pStreams.subtracting([stream]))
            case .setAttribute: self
            }
        }
    }
}
