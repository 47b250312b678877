extension IDERequester {
    /// Where the requester is.
    public enum State: Hashable, Sendable {
        /// Nothing was done yet.
        case idle(Idle)
        /// QUERY was sent.
        case querying(Querying)
        /// A fresh key is being made.
        case obtainingKey(Keying)
        /// KEY_PROG was sent.
        case programmingDevice(Keying)
        /// The root port is getting the same key.
        case programmingRootPort(Keying)
        /// K_SET_GO was sent.
        case activatingDevice(Activating)
        /// The root port is switching.
        case activatingRootPort(Activating)
        /// The Enable bits are being set.
        case enabling(Run)
        /// The status of both ends is being read.
        case confirming(Run)
        /// Both ends are Secure.
        case secure(Secure)
        /// The Enable bits are being cleared.
        case disabling(Disabling)
        /// K_SET_STOP was sent.
        case stoppingDevice(Stopping)
        /// The root port is forgetting its keys.
        case stoppingRootPort(Stopping)
        /// The stream is down.
        case closed(Closed)

        /// A state's stable name.
        public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
            case idle, querying
            case obtainingKey = "obtaining-key"
            case programmingDevice = "programming-device"
            case programmingRootPort = "programming-root-port"
            case activatingDevice = "activating-device"
            case activatingRootPort = "activating-root-port"
            case enabling, confirming, secure, disabling
            case stoppingDevice = "stopping-device"
            case stoppingRootPort = "stopping-root-port"
            case closed
        }

        /// The state's stable name.
        public var name: Name {
            switch self {
            case .idle: .idle
            case .querying: .querying
            case .obtainingKey: .obtainingKey
            case .programmingDevice: .programmingDevice
            case .programmingRootPort: .programmingRootPort
            case .activatingDevice: .activatingDevice
            case .activatingRootPort: .activatingRootPort
            case .enabling: .enabling
            case .confirming: .confirming
            case .secure: .secure
            case .disabling: .disabling
            case .stoppingDevice: .stoppingDevice
            case .stoppingRootPort: .stoppingRootPort
            case .closed: .closed
            }
        }
    }

    /// One way from keys to Secure: a bring-up, or a refresh of a stream that is Secure.
    public struct Run: Hashable, Sendable {
        /// The stream.
        public let link: IDELink
        /// The key set that is programmed and activated.
        public let keySet: IDEKeySet
        /// Whether the stream is Secure with the other key set meanwhile.
        public let isRefresh: Bool

        /// Slots of the device that may hold a key.
        var slots: IDEKeySlots { isRefresh ? .all : IDEKeySlots(keySet) }

        /// Takes the stream down.
        func close(_ failure: Failure?, sessionAlive: Bool = true) -> Transition {
            Disabling.begin(link, slots, failure, sessionAlive: sessionAlive)
        }

        /// A stop, or the loss of session or stream, while keys are programmed or activated. Before a bring-up is done the
        /// stream is Insecure anyway.
        func interrupted(_ state: State, by event: Event) -> Transition {
            switch event {
            case .stop: return close(nil)
            case .sessionLost: return close(.sessionLost, sessionAlive: false)
            case .streamLost where isRefresh: return close(.streamLost)
            case .streamLost, .start, .refresh, .keyObtained, .keyUnavailable, .response, .busy, .refused, .timedOut,
                .hostFinished, .status:
                return Transition(state, .none)
            }
        }

        /// Gives up before any new key was used: a refresh goes back to its old keys.
        func giveUp(_ failure: Failure) -> Transition {
            guard isRefresh else { return close(failure) }
            let secure = Secure(link: link, keySet: keySet.other, slots: slots)
            return Transition(.secure(secure), .report(.refreshFailed(failure)))
        }
    }
}
