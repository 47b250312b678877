internal import PCIe

extension IDERequester {
    /// Nothing was done yet.
    public struct Idle: Hashable, Sendable {
        /// The stream.
        public let link: IDELink

        func step(_ event: Event) -> Transition {
            switch event {
            case .start(let keySet):
                let run = Run(link: link, keySet: keySet, isRefresh: false)
                return Querying(run: run, retriesLeft: link.retries).send()
            case .stop:
                return Closed(failure: nil, isConfirmed: true).report()
            case .sessionLost:
                return Closed(failure: .sessionLost, isConfirmed: true).report()
            case .refresh:
                return Transition(.idle(self), .refuse)
            case .keyObtained, .keyUnavailable, .response, .busy, .refused, .timedOut, .hostFinished, .status,
                .streamLost:
                return Transition(.idle(self), .none)
            }
        }
    }

    /// QUERY was sent. Neither end has a key, so that giving up leaves nothing to stop.
    public struct Querying: Hashable, Sendable {
        /// What is being done.
        public let run: Run
        /// How often QUERY may be sent again.
        public let retriesLeft: UInt8

        func send() -> Transition {
            Transition(.querying(self), .query(IDEKM.Query(portIndex: run.link.portIndex)))
        }

        func step(_ event: Event) -> Transition {
            switch event {
            case .response(.queryResponse(let response)) where response.portIndex == run.link.portIndex:
                return check(response)
            case .busy:
                return sendAgain(orElse: .busy)
            case .timedOut:
                return sendAgain(orElse: .timedOut)
            case .refused:
                return close(.refused)
            case .stop:
                return close(nil)
            case .sessionLost:
                return close(.sessionLost)
            case .start, .refresh:
                return Transition(.querying(self), .refuse)
            case .response, .keyObtained, .keyUnavailable, .hostFinished, .status, .streamLost:
                return Transition(.querying(self), .none)
            }
        }

        private func check(_ response: IDEKM.QueryResponse) -> Transition {
            guard response.requesterID == run.link.device.requesterID,
                response.segment == UInt8(truncatingIfNeeded: run.link.device.segment),
                response.portIndex <= response.maxPortIndex
            else { return close(.otherDevice) }
            guard let features = response.features, features.isSelectiveIDESupported, features.isKeyManagementSupported
            else { return close(.notCapable) }
            return Keying.begin(run)
        }

        private func sendAgain(orElse failure: Failure) -> Transition {
            guard retriesLeft > 0 else { return close(failure) }
            return Querying(run: run, retriesLeft: retriesLeft - 1).send()
        }

        private func close(_ failure: Failure?) -> Transition {
            Closed(failure: failure, isConfirmed: true).report()
        }
    }
}

extension IDERequester.Run {
    /// All keys are in use: a bring-up enables the stream, a refresh has it enabled.
    func enable() -> IDERequester.Transition {
        guard isRefresh else { return IDERequester.Transition(.enabling(self), .host(.enable)) }
        return IDERequester.Transition(.confirming(self), .readStatus)
    }

    func stepEnabling(_ event: IDERequester.Event) -> IDERequester.Transition {
        switch event {
        case .hostFinished(.enable, .succeeded): return IDERequester.Transition(.confirming(self), .readStatus)
        case .hostFinished(.enable, .failed): return close(.hostFailed)
        case .hostFinished(.enable, .unknown): return close(.outcomeUnknown)
        case .stop: return close(nil)
        case .sessionLost: return close(.sessionLost, sessionAlive: false)
        case .start, .refresh: return IDERequester.Transition(.enabling(self), .refuse)
        case .hostFinished, .keyObtained, .keyUnavailable, .response, .busy, .refused, .timedOut, .status, .streamLost:
            return IDERequester.Transition(.enabling(self), .none)
        }
    }

    func stepConfirming(_ event: IDERequester.Event) -> IDERequester.Transition {
        switch event {
        case .status(deviceSecure: true, rootPortSecure: true):
            let secure = IDERequester.Secure(link: link, keySet: keySet, slots: slots)
            return IDERequester.Transition(.secure(secure), .report(.secure(keySet)))
        case .status: return close(.notSecure)
        case .stop: return close(nil)
        case .sessionLost: return close(.sessionLost, sessionAlive: false)
        case .streamLost: return close(.streamLost)
        case .start, .refresh: return IDERequester.Transition(.confirming(self), .refuse)
        case .keyObtained, .keyUnavailable, .response, .busy, .refused, .timedOut, .hostFinished:
            return IDERequester.Transition(.confirming(self), .none)
        }
    }
}

extension IDERequester {
    /// Both ends are Secure.
    public struct Secure: Hashable, Sendable {
        /// The stream.
        public let link: IDELink
        /// The key set in use.
        public let keySet: IDEKeySet
        /// Slots of the device that may hold a key: after a refresh, or the attempt at one, both sets.
        public let slots: IDEKeySlots

        func step(_ event: Event) -> Transition {
            switch event {
            case .refresh:
                return Keying.begin(Run(link: link, keySet: keySet.other, isRefresh: true))
            case .stop:
                return close(nil)
            case .streamLost:
                return close(.streamLost)
            case .sessionLost:
                return close(.sessionLost, sessionAlive: false)
            case .start:
                return Transition(.secure(self), .refuse)
            case .keyObtained, .keyUnavailable, .response, .busy, .refused, .timedOut, .hostFinished, .status:
                return Transition(.secure(self), .none)
            }
        }

        private func close(_ failure: Failure?, sessionAlive: Bool = true) -> Transition {
            Disabling.begin(link, slots, failure, sessionAlive: sessionAlive)
        }
    }
}
