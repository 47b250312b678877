import PCIe
import SPDM
import TDISP
import Testing

@Suite struct `TDI transition table` {
    /// The kinds of event. A new one does not compile until it is here, and does not pass until the table has it.
    enum Kind: Hashable, CaseIterable {
        case lock, report, state, start, stop, adjust
        case inspected, lockPrepared, lockNotPrepared, nonceConsumed, nonceRejected, started, notStarted, adjusted
        case notAdjusted, stopped, notStopped, secured
        case functionLevelReset, requesterIDChanged, configurationChanged, streamInsecure, sessionEnded, linkDown
        case poisonedData, dataIntegrityLost, requestFailed, untrustedTranslation, untrustedPageResponse
        case debugAuthorized, firmwareForced, contextLost
        case conventionalReset, recoverFromError

        init(_ event: TDI.Event) {
            self =
                switch event {
                case .request(let request, _): Kind(request)
                case .outcome(let outcome): Kind(outcome)
                case .incident(let incident): Kind(incident)
                case .conventionalReset: .conventionalReset
                case .recoverFromError: .recoverFromError
                }
        }

        private init(_ request: TDI.Request) {
            self =
                switch request {
                case .lock: .lock
                case .report: .report
                case .state: .state
                case .start: .start
                case .stop: .stop
                case .adjust: .adjust
                }
        }

        private init(_ outcome: TDI.Outcome) {
            self =
                switch outcome {
                case .inspected: .inspected
                case .lockPrepared: .lockPrepared
                case .lockNotPrepared: .lockNotPrepared
                case .nonceConsumed: .nonceConsumed
                case .nonceRejected: .nonceRejected
                case .started: .started
                case .notStarted: .notStarted
                case .adjusted: .adjusted
                case .notAdjusted: .notAdjusted
                case .stopped: .stopped
                case .notStopped: .notStopped
                case .secured: .secured
                }
        }

        private init(_ incident: TDI.Incident) {
            self =
                switch incident {
                case .functionLevelReset: .functionLevelReset
                case .requesterIDChanged: .requesterIDChanged
                case .configurationChanged: .configurationChanged
                case .streamInsecure: .streamInsecure
                case .sessionEnded: .sessionEnded
                case .linkDown: .linkDown
                case .poisonedData: .poisonedData
                case .dataIntegrityLost: .dataIntegrityLost
                case .requestFailed: .requestFailed
                case .untrustedTranslation: .untrustedTranslation
                case .untrustedPageResponse: .untrustedPageResponse
                case .debugAuthorized: .debugAuthorized
                case .firmwareForced: .firmwareForced
                case .contextLost: .contextLost
                }
        }
    }

    @Test func `the table has every event, every kind of event and every state`() {
        #expect(Set(TDITable.rows.keys) == Set(TDITable.events.map(\.name)))
        #expect(TDITable.rows.count == TDITable.events.count)
        #expect(Set(TDITable.events.map { Kind($0.event) }) == Set(Kind.allCases))
        #expect(TDITable.rows.values.allSatisfy { $0.count == TDIStart.allCases.count })
    }

    @Test(arguments: TDIStart.allCases) func `every state is reached by events`(_ start: TDIStart) {
        #expect(start.tdi.name == start.name)
    }

    @Test(arguments: TDIStart.allCases) func `every event has the effect and the next state of the table`(
        _ start: TDIStart
    ) throws {
        let column = try #require(TDIStart.allCases.firstIndex(of: start))
        for (name, event) in TDITable.events {
            let expected = try #require(TDITable.rows[name])[column]
            #expect(TDITable.cell(start.tdi, TDI.step(start.tdi, event)) == expected, "\(start) + \(name)")
        }
    }

    private static let names: [(TDIStart, TDIState)] = [
        (.unlocked, .configUnlocked), (.inspecting, .configUnlocked), (.locking, .configUnlocked),
        (.locked, .configLocked), (.checkingNonce, .configLocked), (.starting, .configLocked), (.run, .run),
        (.adjusting, .run), (.stopping, .run), (.failing, .error), (.error, .error),
    ]

    @Test(arguments: names) func `every state has its name in the specification`(_ start: TDIStart, _ state: TDIState) {
        #expect(start.tdi.state == state)
    }

    @Test func `RUN is entered only from CONFIG_LOCKED, with the nonce spent, and never left for CONFIG_LOCKED`() {
        for start in TDIStart.allCases {
            for (name, event) in TDITable.events {
                let next = TDI.step(start.tdi, event).next
                if next.state == .run, start.tdi.state != .run { #expect(start == .starting, "\(start) + \(name)") }
                if next.state == .configLocked, start.tdi.state != .configLocked {
                    #expect(start == .locking, "\(start) + \(name)")
                }
            }
        }
    }

    @Test func `no request leads to ERROR, except that it ends in one`() {
        for start in TDIStart.allCases where start.tdi.state != .error {
            for (name, event) in TDITable.events {
                guard case .request = event else { continue }
                #expect(TDI.step(start.tdi, event).next.state != .error, "\(start) + \(name)")
            }
        }
    }
}
