extension IDERequester {
    /// What is known about a stream that is being taken down.
    public struct Closing: Hashable, Sendable {
        /// The stream.
        public let link: IDELink
        /// Slots of the device that may hold a key.
        public let slots: IDEKeySlots
        /// Why; nil when it was asked for.
        public let failure: Failure?
        /// Whether the device can still be spoken to.
        public let sessionAlive: Bool
        /// Whether every step so far is known to have happened.
        public let isConfirmed: Bool

        func with(sessionAlive: Bool? = nil, isConfirmed: Bool) -> Self {
            Closing(
                link: link, slots: slots, failure: failure, sessionAlive: sessionAlive ?? self.sessionAlive,
                isConfirmed: self.isConfirmed && isConfirmed)
        }
    }

    /// The Enable bits are being cleared. That alone makes both ends Insecure, so it comes first and needs no session.
    public struct Disabling: Hashable, Sendable {
        /// What is known.
        public let closing: Closing
        /// How often it may be done again.
        public let retriesLeft: UInt8

        static func begin(
            _ link: IDELink, _ slots: IDEKeySlots, _ failure: Failure?, sessionAlive: Bool
        ) -> Transition {
            let closing = Closing(
                link: link, slots: slots, failure: failure, sessionAlive: sessionAlive, isConfirmed: true)
            return Disabling(closing: closing, retriesLeft: link.retries).act()
        }

        private func act() -> Transition { Transition(.disabling(self), .host(.disable)) }

        func step(_ event: Event) -> Transition {
            switch event {
            case .hostFinished(.disable, .succeeded):
                return Stopping.begin(closing, .transmit)
            case .hostFinished(.disable, .failed), .hostFinished(.disable, .unknown):
                guard retriesLeft > 0 else { return Stopping.begin(closing.with(isConfirmed: false), .transmit) }
                return Disabling(closing: closing, retriesLeft: retriesLeft - 1).act()
            case .sessionLost:
                let next = closing.with(sessionAlive: false, isConfirmed: true)
                return Transition(.disabling(Disabling(closing: next, retriesLeft: retriesLeft)), .none)
            case .start, .refresh:
                return Transition(.disabling(self), .refuse)
            case .stop, .hostFinished, .keyObtained, .keyUnavailable, .response, .busy, .refused, .timedOut, .status,
                .streamLost:
                return Transition(.disabling(self), .none)
            }
        }
    }

    /// The keys of one direction are being stopped, at the device and then at the root port. What fails is noted, and the
    /// rest is done all the same.
    public struct Stopping: Hashable, Sendable {
        /// What is known.
        public let closing: Closing
        /// The direction, at each end from its own side.
        public let direction: IDEDirection
        /// The slots of the device that are left; the first is worked on.
        public let slots: IDEKeySlots
        /// How often the step may be done again.
        public let retriesLeft: UInt8

        /// Starts a direction at the device, or at the root port when the session is gone: the device then forgets its keys
        /// on its own.
        static func begin(_ closing: Closing, _ direction: IDEDirection) -> Transition {
            next(closing, direction, closing.slots.intersection(IDEKeySlots(direction)))
        }

        private static func next(
            _ closing: Closing, _ direction: IDEDirection, _ slots: IDEKeySlots
        ) -> Transition {
            let left = closing.sessionAlive ? slots : []
            return Stopping(closing: closing, direction: direction, slots: left, retriesLeft: closing.link.retries)
                .act()
        }

        private var rootPortSlots: IDEKeySlots { closing.slots.intersection(IDEKeySlots(direction)) }

        private func act() -> Transition {
            guard let slot = slots.first else {
                return Transition(.stoppingRootPort(self), .host(.erase(rootPortSlots)))
            }
            return Transition(.stoppingDevice(self), .stopDevice(closing.link.control(slot)))
        }

        private func actAgain() -> Transition? {
            guard retriesLeft > 0 else { return nil }
            return Stopping(closing: closing, direction: direction, slots: slots, retriesLeft: retriesLeft - 1).act()
        }

        func stepDevice(_ event: Event) -> Transition {
            switch event {
            case .response(.goStopAck(let ack)) where ack == slots.first.map(closing.link.control):
                return Self.next(closing, direction, slots.withoutFirst)
            case .busy, .timedOut:
                return actAgain() ?? skip()
            case .refused:
                return skip()
            case .sessionLost:
                return Self.next(closing.with(sessionAlive: false, isConfirmed: true), direction, [])
            case .start, .refresh:
                return Transition(.stoppingDevice(self), .refuse)
            case .stop, .response, .keyObtained, .keyUnavailable, .hostFinished, .status, .streamLost:
                return Transition(.stoppingDevice(self), .none)
            }
        }

        private func skip() -> Transition {
            Self.next(closing.with(isConfirmed: false), direction, slots.withoutFirst)
        }

        func stepRootPort(_ event: Event) -> Transition {
            switch event {
            case .hostFinished(.erase(rootPortSlots), .succeeded):
                return finish(isConfirmed: true)
            case .hostFinished(.erase(rootPortSlots), .failed), .hostFinished(.erase(rootPortSlots), .unknown):
                return actAgain() ?? finish(isConfirmed: false)
            case .sessionLost:
                let next = closing.with(sessionAlive: false, isConfirmed: true)
                let stopping = Stopping(closing: next, direction: direction, slots: slots, retriesLeft: retriesLeft)
                return Transition(.stoppingRootPort(stopping), .none)
            case .start, .refresh:
                return Transition(.stoppingRootPort(self), .refuse)
            case .stop, .hostFinished, .keyObtained, .keyUnavailable, .response, .busy, .refused, .timedOut, .status,
                .streamLost:
                return Transition(.stoppingRootPort(self), .none)
            }
        }

        private func finish(isConfirmed: Bool) -> Transition {
            let next = closing.with(isConfirmed: isConfirmed)
            switch direction {
            case .transmit: return Self.begin(next, .receive)
            case .receive: return Closed(failure: next.failure, isConfirmed: next.isConfirmed).report()
            }
        }
    }

    /// The stream is down.
    public struct Closed: Hashable, Sendable {
        /// Why; nil when it was asked for.
        public let failure: Failure?
        /// Whether both ends are known to have stopped.
        public let isConfirmed: Bool

        /// Creates the end of a stream.
        public init(failure: Failure?, isConfirmed: Bool) {
            self.failure = failure
            self.isConfirmed = isConfirmed
        }

        func report() -> Transition { Transition(.closed(self), .report(.closed(self))) }

        func step(_ event: Event) -> Transition {
            switch event {
            case .stop: report()
            case .start, .refresh: Transition(.closed(self), .refuse)
            case .keyObtained, .keyUnavailable, .response, .busy, .refused, .timedOut, .sessionLost, .hostFinished,
                .status, .streamLost:
                Transition(.closed(self), .none)
            }
        }
    }
}
