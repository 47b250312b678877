extension IDERequester {
    /// A key is on its way into its two slots.
    public struct Keying: Hashable, Sendable {
        /// What is being done.
        public let run: Run
        /// The slot of the device that is worked on.
        public let slot: IDEKeySlot
        /// The slots of the device that come after it.
        public let later: IDEKeySlots
        /// How often KEY_PROG may be sent again.
        public let retriesLeft: UInt8

        /// Starts with the first of the six slots.
        static func begin(_ run: Run) -> Transition { next(run, IDEKeySlots(run.keySet)) }

        /// Goes on with the first of the slots that are left, or with activation when none is.
        private static func next(_ run: Run, _ slots: IDEKeySlots) -> Transition {
            guard let slot = slots.first else { return Activating.begin(run, .receive) }
            let keying = Keying(run: run, slot: slot, later: slots.withoutFirst, retriesLeft: run.link.retries)
            return Transition(.obtainingKey(keying), .obtainKey(slot))
        }

        private func sendKeyProgram() -> Transition {
            Transition(.programmingDevice(self), .programDevice(run.link.keyProgram(slot)))
        }

        func stepObtaining(_ event: Event) -> Transition {
            switch event {
            case .keyObtained(slot): return sendKeyProgram()
            case .keyUnavailable(slot): return run.giveUp(.noKey)
            case .stop, .sessionLost, .streamLost: return run.interrupted(.obtainingKey(self), by: event)
            case .start, .refresh: return Transition(.obtainingKey(self), .refuse)
            case .keyObtained, .keyUnavailable, .response, .busy, .refused, .timedOut, .hostFinished, .status:
                return Transition(.obtainingKey(self), .none)
            }
        }

        func stepProgrammingDevice(_ event: Event) -> Transition {
            switch event {
            case .response(.keyProgramAck(let ack)) where ack == IDEKM.KeyProgramAck(to: request, ack.status):
                guard ack.status == .success else { return run.giveUp(.keyRefused(ack.status)) }
                return Transition(.programmingRootPort(self), .host(.program(slot.peer)))
            case .busy:
                guard retriesLeft > 0 else { return run.giveUp(.busy) }
                return Keying(run: run, slot: slot, later: later, retriesLeft: retriesLeft - 1).sendKeyProgram()
            case .refused: return run.giveUp(.refused)
            case .timedOut: return run.close(.outcomeUnknown)
            case .stop, .sessionLost, .streamLost: return run.interrupted(.programmingDevice(self), by: event)
            case .start, .refresh: return Transition(.programmingDevice(self), .refuse)
            case .response, .keyObtained, .keyUnavailable, .hostFinished, .status:
                return Transition(.programmingDevice(self), .none)
            }
        }

        func stepProgrammingRootPort(_ event: Event) -> Transition {
            switch event {
            case .hostFinished(.program(slot.peer), .succeeded): return Keying.next(run, later)
            case .hostFinished(.program(slot.peer), .failed): return run.giveUp(.hostFailed)
            case .hostFinished(.program(slot.peer), .unknown): return run.close(.outcomeUnknown)
            case .stop, .sessionLost, .streamLost: return run.interrupted(.programmingRootPort(self), by: event)
            case .start, .refresh: return Transition(.programmingRootPort(self), .refuse)
            case .hostFinished, .response, .keyObtained, .keyUnavailable, .busy, .refused, .timedOut, .status:
                return Transition(.programmingRootPort(self), .none)
            }
        }

        private var request: IDEKM.KeyProgram { run.link.keyProgram(slot) }
    }

    /// The keys of one direction are being put into use, at the device and then at the root port.
    public struct Activating: Hashable, Sendable {
        /// What is being done.
        public let run: Run
        /// The direction, at each end from its own side: both ends receive with the new keys before one transmits with them.
        public let direction: IDEDirection
        /// The slots of the device that are left; the first is worked on.
        public let slots: IDEKeySlots
        /// How often K_SET_GO may be sent again.
        public let retriesLeft: UInt8

        /// Starts a direction at the device.
        static func begin(_ run: Run, _ direction: IDEDirection) -> Transition {
            next(run, direction, IDEKeySlots(run.keySet).intersection(IDEKeySlots(direction)))
        }

        private static func next(_ run: Run, _ direction: IDEDirection, _ slots: IDEKeySlots) -> Transition {
            Activating(run: run, direction: direction, slots: slots, retriesLeft: run.link.retries).proceed()
        }

        private var rootPortSlots: IDEKeySlots { IDEKeySlots(run.keySet).intersection(IDEKeySlots(direction)) }

        private func proceed() -> Transition {
            guard let slot = slots.first else {
                return Transition(.activatingRootPort(self), .host(.activate(rootPortSlots)))
            }
            return Transition(.activatingDevice(self), .activateDevice(run.link.control(slot)))
        }

        func stepDevice(_ event: Event) -> Transition {
            switch event {
            case .response(.goStopAck(let ack)) where ack == slots.first.map(run.link.control):
                return Self.next(run, direction, slots.withoutFirst)
            case .busy:
                guard retriesLeft > 0 else { return run.close(.busy) }
                return Activating(run: run, direction: direction, slots: slots, retriesLeft: retriesLeft - 1).proceed()
            case .refused: return run.close(.refused)
            case .timedOut: return run.close(.outcomeUnknown)
            case .stop, .sessionLost, .streamLost: return run.interrupted(.activatingDevice(self), by: event)
            case .start, .refresh: return Transition(.activatingDevice(self), .refuse)
            case .response, .keyObtained, .keyUnavailable, .hostFinished, .status:
                return Transition(.activatingDevice(self), .none)
            }
        }

        func stepRootPort(_ event: Event) -> Transition {
            switch event {
            case .hostFinished(.activate(rootPortSlots), .succeeded):
                switch direction {
                case .receive: return Self.begin(run, .transmit)
                case .transmit: return run.enable()
                }
            case .hostFinished(.activate(rootPortSlots), .failed): return run.close(.hostFailed)
            case .hostFinished(.activate(rootPortSlots), .unknown): return run.close(.outcomeUnknown)
            case .stop, .sessionLost, .streamLost: return run.interrupted(.activatingRootPort(self), by: event)
            case .start, .refresh: return Transition(.activatingRootPort(self), .refuse)
            case .hostFinished, .response, .keyObtained, .keyUnavailable, .busy, .refused, .timedOut, .status:
                return Transition(.activatingRootPort(self), .none)
            }
        }
    }
}
