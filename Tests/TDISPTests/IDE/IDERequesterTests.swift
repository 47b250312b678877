import PCIe
import TDISP
import Testing

@Suite struct `IDE requester` {
    static let link = IDELink(
        portIndex: 1, streamID: StreamID(rawValue: 7),
        device: FunctionAddress(segment: 0x102, requesterID: RequesterID(rawValue: 0x3B08)), retries: 1)
    static let rx = IDEKeySlot(.k0, .receive, .posted)
    static let tx = IDEKeySlot(.k0, .transmit, .posted)

    static func queryResponse(
        port: UInt8 = 1, requester: UInt16 = 0x3B08, segment: UInt8 = 0x02, max: UInt8 = 1, capability: UInt32? = 0x42
    ) -> IDERequester.Event {
        let registers = capability.map { [$0] } ?? []
        return .response(
            .queryResponse(
                IDEKM.QueryResponse(
                    portIndex: port, requesterID: RequesterID(rawValue: requester), segment: segment,
                    maxPortIndex: max, registers: registers)))
    }

    static func programAck(
        _ slot: IDEKeySlot, _ status: IDEKM.KeyProgramAck.Status = .success, port: UInt8 = 1
    ) -> IDERequester.Event {
        .response(
            .keyProgramAck(
                IDEKM.KeyProgramAck(
                    streamID: StreamID(rawValue: 7), status: status, keySubStream: IDEKM.KeySubStream(slot),
                    portIndex: port)))
    }

    static func controlAck(_ slot: IDEKeySlot) -> IDERequester.Event {
        .response(
            .goStopAck(
                IDEKM.KeySetControl(
                    streamID: StreamID(rawValue: 7), keySubStream: IDEKM.KeySubStream(slot), portIndex: 1)))
    }

    static func half(_ keySet: IDEKeySet, _ direction: IDEDirection) -> IDEKeySlots {
        IDEKeySlots(keySet).intersection(IDEKeySlots(direction))
    }

    /// What a faultless device and host answer to an effect; nil when the machine waits for an order.
    static func success(_ effect: IDERequester.Effect) -> IDERequester.Event? {
        switch effect {
        case .none, .report, .refuse: nil
        case .query: queryResponse()
        case .obtainKey(let slot): .keyObtained(slot)
        case .programDevice(let fields): fields.keySubStream.slot.map { programAck($0) }
        case .activateDevice(let fields), .stopDevice(let fields): fields.keySubStream.slot.map { controlAck($0) }
        case .host(let action): .hostFinished(action, .succeeded)
        case .readStatus: .status(deviceSecure: true, rootPortSecure: true)
        }
    }

    /// Goes on faultlessly from an order until the state has this name for the first time, or until there is no more to do.
    static func run(
        _ state: IDERequester.State, _ order: IDERequester.Event, until name: IDERequester.State.Name? = nil
    ) -> (state: IDERequester.State, effects: [IDERequester.Effect]) {
        var transition = IDERequester.step(state, order)
        var effects = [transition.effect]
        while transition.next.name != name, let event = success(transition.effect) {
            transition = IDERequester.step(transition.next, event)
            effects.append(transition.effect)
        }
        return (transition.next, effects)
    }

    /// The machine in each of its states, in a bring-up with key set 0, and in the states that differ in a refresh with key
    /// set 1. One retry is left everywhere.
    enum Start: String, CaseIterable {
        case idle, querying, obtainingKey, programmingDevice, programmingRootPort, activatingDevice
        case activatingRootPort, enabling, confirming, secure, disabling, stoppingDevice, stoppingRootPort, closed
        case refreshObtainingKey, refreshProgrammingDevice, refreshProgrammingRootPort, refreshActivatingDevice

        var state: IDERequester.State {
            let idle = IDERequester.initial(link)
            let secure = run(idle, .start(.k0)).state
            return switch self {
            case .idle: idle
            case .querying: run(idle, .start(.k0), until: .querying).state
            case .obtainingKey: run(idle, .start(.k0), until: .obtainingKey).state
            case .programmingDevice: run(idle, .start(.k0), until: .programmingDevice).state
            case .programmingRootPort: run(idle, .start(.k0), until: .programmingRootPort).state
            case .activatingDevice: run(idle, .start(.k0), until: .activatingDevice).state
            case .activatingRootPort: run(idle, .start(.k0), until: .activatingRootPort).state
            case .enabling: run(idle, .start(.k0), until: .enabling).state
            case .confirming: run(idle, .start(.k0), until: .confirming).state
            case .secure: secure
            case .disabling: run(secure, .stop, until: .disabling).state
            case .stoppingDevice: run(secure, .stop, until: .stoppingDevice).state
            case .stoppingRootPort: run(secure, .stop, until: .stoppingRootPort).state
            case .closed: run(secure, .stop).state
            case .refreshObtainingKey: run(secure, .refresh, until: .obtainingKey).state
            case .refreshProgrammingDevice: run(secure, .refresh, until: .programmingDevice).state
            case .refreshProgrammingRootPort: run(secure, .refresh, until: .programmingRootPort).state
            case .refreshActivatingDevice: run(secure, .refresh, until: .activatingDevice).state
            }
        }
    }

    static let events: [(String, IDERequester.Event)] = [
        ("start", .start(.k0)),
        ("refresh", .refresh),
        ("stop", .stop),
        ("key k0.rx.pr", .keyObtained(rx)),
        ("key k1.rx.pr", .keyObtained(rx.otherKeySet)),
        ("no key k0.rx.pr", .keyUnavailable(rx)),
        ("no key k1.rx.pr", .keyUnavailable(rx.otherKeySet)),
        ("query response", queryResponse()),
        ("query response of another port", queryResponse(port: 0)),
        ("query response of another function", queryResponse(requester: 0x3B09)),
        ("query response of another segment", queryResponse(segment: 1)),
        ("query response above its own maximum", queryResponse(max: 0)),
        ("query response without IDE_KM", queryResponse(capability: 0x02)),
        ("query response without selective streams", queryResponse(capability: 0x40)),
        ("query response without registers", queryResponse(capability: nil)),
        ("program ack k0.rx.pr", programAck(rx)),
        ("program ack k1.rx.pr", programAck(rx.otherKeySet)),
        ("program ack k0.rx.pr, status 4", programAck(rx, .unspecifiedFailure)),
        ("program ack k1.rx.pr, status 5", programAck(rx.otherKeySet, .init(rawValue: 5))),
        ("program ack k0.rx.pr of another port", programAck(rx, port: 0)),
        ("ack k0.rx.pr", controlAck(rx)),
        ("ack k1.rx.pr", controlAck(rx.otherKeySet)),
        ("ack k0.tx.pr", controlAck(tx)),
        ("busy", .busy),
        ("refused", .refused),
        ("timed out", .timedOut),
        ("session lost", .sessionLost),
        ("programmed k0.tx.pr", .hostFinished(.program(tx), .succeeded)),
        ("programmed k1.tx.pr", .hostFinished(.program(tx.otherKeySet), .succeeded)),
        ("program k0.tx.pr failed", .hostFinished(.program(tx), .failed)),
        ("program k1.tx.pr failed", .hostFinished(.program(tx.otherKeySet), .failed)),
        ("program k0.tx.pr unknown", .hostFinished(.program(tx), .unknown)),
        ("program k1.tx.pr unknown", .hostFinished(.program(tx.otherKeySet), .unknown)),
        ("activated k0.rx", .hostFinished(.activate(half(.k0, .receive)), .succeeded)),
        ("activated k0.tx", .hostFinished(.activate(half(.k0, .transmit)), .succeeded)),
        ("activate k0.rx failed", .hostFinished(.activate(half(.k0, .receive)), .failed)),
        ("activate k0.rx unknown", .hostFinished(.activate(half(.k0, .receive)), .unknown)),
        ("enabled", .hostFinished(.enable, .succeeded)),
        ("enable failed", .hostFinished(.enable, .failed)),
        ("enable unknown", .hostFinished(.enable, .unknown)),
        ("disabled", .hostFinished(.disable, .succeeded)),
        ("disable failed", .hostFinished(.disable, .failed)),
        ("disable unknown", .hostFinished(.disable, .unknown)),
        ("erased k0.tx", .hostFinished(.erase(half(.k0, .transmit)), .succeeded)),
        ("erase k0.tx failed", .hostFinished(.erase(half(.k0, .transmit)), .failed)),
        ("erase k0.tx unknown", .hostFinished(.erase(half(.k0, .transmit)), .unknown)),
        ("status: both secure", .status(deviceSecure: true, rootPortSecure: true)),
        ("status: device insecure", .status(deviceSecure: false, rootPortSecure: true)),
        ("status: root port insecure", .status(deviceSecure: true, rootPortSecure: false)),
        ("stream lost", .streamLost),
    ]

    /// What the machine does, reviewed line by line. An event without a line changes nothing.
    static let tables: [Start: String] = [
        .idle:
            """
        start        | query 1             | querying retries 1
        refresh      | refuse              | =
        stop         | closed, stopped     | closed stopped
        session lost | closed, sessionLost | closed sessionLost
        """,
        .querying:
            """
        start                                    | refuse              | =
        refresh                                  | refuse              | =
        stop                                     | closed, stopped     | closed stopped
        query response                           | obtain k0.rx.pr     | obtaining-key k0.rx.pr retries 1
        query response of another function       | closed, otherDevice | closed otherDevice
        query response of another segment        | closed, otherDevice | closed otherDevice
        query response above its own maximum     | closed, otherDevice | closed otherDevice
        query response without IDE_KM            | closed, notCapable  | closed notCapable
        query response without selective streams | closed, notCapable  | closed notCapable
        query response without registers         | closed, notCapable  | closed notCapable
        busy                                     | query 1             | querying retries 0
        refused                                  | closed, refused     | closed refused
        timed out                                | query 1             | querying retries 0
        session lost                             | closed, sessionLost | closed sessionLost
        """,
        .obtainingKey:
            """
        start           | refuse           | =
        refresh         | refuse           | =
        stop            | disable          | disabling stopped, keys in k0 retries 1
        key k0.rx.pr    | program k0.rx.pr | programming-device k0.rx.pr retries 1
        no key k0.rx.pr | disable          | disabling noKey, keys in k0 retries 1
        session lost    | disable          | disabling sessionLost sessionless, keys in k0 retries 1
        """,
        .programmingDevice:
            """
        start                          | refuse                     | =
        refresh                        | refuse                     | =
        stop                           | disable                    | disabling stopped, keys in k0 retries 1
        program ack k0.rx.pr           | program root port k0.tx.pr | programming-root-port k0.rx.pr retries 1
        program ack k0.rx.pr, status 4 | disable                    | disabling key refused 4, keys in k0 retries 1
        busy                           | program k0.rx.pr           | programming-device k0.rx.pr retries 0
        refused                        | disable                    | disabling refused, keys in k0 retries 1
        timed out                      | disable                    | disabling outcomeUnknown, keys in k0 retries 1
        session lost                   | disable                    | disabling sessionLost sessionless, keys in k0 retries 1
        """,
        .programmingRootPort:
            """
        start                    | refuse          | =
        refresh                  | refuse          | =
        stop                     | disable         | disabling stopped, keys in k0 retries 1
        session lost             | disable         | disabling sessionLost sessionless, keys in k0 retries 1
        programmed k0.tx.pr      | obtain k0.tx.pr | obtaining-key k0.tx.pr retries 1
        program k0.tx.pr failed  | disable         | disabling hostFailed, keys in k0 retries 1
        program k0.tx.pr unknown | disable         | disabling outcomeUnknown, keys in k0 retries 1
        """,
        .activatingDevice:
            """
        start        | refuse       | =
        refresh      | refuse       | =
        stop         | disable      | disabling stopped, keys in k0 retries 1
        ack k0.rx.pr | go k0.rx.npr | activating-device k0.rx.npr+k0.rx.cpl retries 1
        busy         | go k0.rx.pr  | activating-device k0.rx retries 0
        refused      | disable      | disabling refused, keys in k0 retries 1
        timed out    | disable      | disabling outcomeUnknown, keys in k0 retries 1
        session lost | disable      | disabling sessionLost sessionless, keys in k0 retries 1
        """,
        .activatingRootPort:
            """
        start                  | refuse      | =
        refresh                | refuse      | =
        stop                   | disable     | disabling stopped, keys in k0 retries 1
        session lost           | disable     | disabling sessionLost sessionless, keys in k0 retries 1
        activated k0.rx        | go k0.tx.pr | activating-device k0.tx retries 1
        activate k0.rx failed  | disable     | disabling hostFailed, keys in k0 retries 1
        activate k0.rx unknown | disable     | disabling outcomeUnknown, keys in k0 retries 1
        """,
        .enabling:
            """
        start          | refuse      | =
        refresh        | refuse      | =
        stop           | disable     | disabling stopped, keys in k0 retries 1
        session lost   | disable     | disabling sessionLost sessionless, keys in k0 retries 1
        enabled        | read status | confirming
        enable failed  | disable     | disabling hostFailed, keys in k0 retries 1
        enable unknown | disable     | disabling outcomeUnknown, keys in k0 retries 1
        """,
        .confirming:
            """
        start                      | refuse    | =
        refresh                    | refuse    | =
        stop                       | disable   | disabling stopped, keys in k0 retries 1
        session lost               | disable   | disabling sessionLost sessionless, keys in k0 retries 1
        status: both secure        | secure k0 | secure k0, keys in k0
        status: device insecure    | disable   | disabling notSecure, keys in k0 retries 1
        status: root port insecure | disable   | disabling notSecure, keys in k0 retries 1
        stream lost                | disable   | disabling streamLost, keys in k0 retries 1
        """,
        .secure:
            """
        start        | refuse          | =
        refresh      | obtain k1.rx.pr | obtaining-key k1.rx.pr retries 1
        stop         | disable         | disabling stopped, keys in k0 retries 1
        session lost | disable         | disabling sessionLost sessionless, keys in k0 retries 1
        stream lost  | disable         | disabling streamLost, keys in k0 retries 1
        """,
        .disabling:
            """
        start           | refuse        | =
        refresh         | refuse        | =
        session lost    | -             | disabling stopped sessionless, keys in k0 retries 1
        disabled        | stop k0.tx.pr | stopping-device stopped, k0.tx retries 1
        disable failed  | disable       | disabling stopped, keys in k0 retries 0
        disable unknown | disable       | disabling stopped, keys in k0 retries 0
        """,
        .stoppingDevice:
            """
        start        | refuse                | =
        refresh      | refuse                | =
        ack k0.tx.pr | stop k0.tx.npr        | stopping-device stopped, k0.tx.npr+k0.tx.cpl retries 1
        busy         | stop k0.tx.pr         | stopping-device stopped, k0.tx retries 0
        refused      | stop k0.tx.npr        | stopping-device stopped unconfirmed, k0.tx.npr+k0.tx.cpl retries 1
        timed out    | stop k0.tx.pr         | stopping-device stopped, k0.tx retries 0
        session lost | erase root port k0.tx | stopping-root-port stopped sessionless, none retries 1
        """,
        .stoppingRootPort:
            """
        start               | refuse                | =
        refresh             | refuse                | =
        session lost        | -                     | stopping-root-port stopped sessionless, none retries 1
        erased k0.tx        | stop k0.rx.pr         | stopping-device stopped, k0.rx retries 1
        erase k0.tx failed  | erase root port k0.tx | stopping-root-port stopped, none retries 0
        erase k0.tx unknown | erase root port k0.tx | stopping-root-port stopped, none retries 0
        """,
        .closed:
            """
        start   | refuse          | =
        refresh | refuse          | =
        stop    | closed, stopped | =
        """,
        .refreshObtainingKey:
            """
        start           | refuse                | =
        refresh         | refuse                | =
        stop            | disable               | disabling stopped, keys in k0+k1 retries 1
        key k1.rx.pr    | program k1.rx.pr      | programming-device k1.rx.pr retries 1
        no key k1.rx.pr | refresh failed, noKey | secure k0, keys in k0+k1
        session lost    | disable               | disabling sessionLost sessionless, keys in k0+k1 retries 1
        stream lost     | disable               | disabling streamLost, keys in k0+k1 retries 1
        """,
        .refreshProgrammingDevice:
            """
        start                          | refuse                        | =
        refresh                        | refuse                        | =
        stop                           | disable                       | disabling stopped, keys in k0+k1 retries 1
        program ack k1.rx.pr           | program root port k1.tx.pr    | programming-root-port k1.rx.pr retries 1
        program ack k1.rx.pr, status 5 | refresh failed, key refused 5 | secure k0, keys in k0+k1
        busy                           | program k1.rx.pr              | programming-device k1.rx.pr retries 0
        refused                        | refresh failed, refused       | secure k0, keys in k0+k1
        timed out                      | disable                       | disabling outcomeUnknown, keys in k0+k1 retries 1
        session lost                   | disable                       | disabling sessionLost sessionless, keys in k0+k1 retries 1
        stream lost                    | disable                       | disabling streamLost, keys in k0+k1 retries 1
        """,
        .refreshProgrammingRootPort:
            """
        start                    | refuse                     | =
        refresh                  | refuse                     | =
        stop                     | disable                    | disabling stopped, keys in k0+k1 retries 1
        session lost             | disable                    | disabling sessionLost sessionless, keys in k0+k1 retries 1
        programmed k1.tx.pr      | obtain k1.tx.pr            | obtaining-key k1.tx.pr retries 1
        program k1.tx.pr failed  | refresh failed, hostFailed | secure k0, keys in k0+k1
        program k1.tx.pr unknown | disable                    | disabling outcomeUnknown, keys in k0+k1 retries 1
        stream lost              | disable                    | disabling streamLost, keys in k0+k1 retries 1
        """,
        .refreshActivatingDevice:
            """
        start        | refuse       | =
        refresh      | refuse       | =
        stop         | disable      | disabling stopped, keys in k0+k1 retries 1
        ack k1.rx.pr | go k1.rx.npr | activating-device k1.rx.npr+k1.rx.cpl retries 1
        busy         | go k1.rx.pr  | activating-device k1.rx retries 0
        refused      | disable      | disabling refused, keys in k0+k1 retries 1
        timed out    | disable      | disabling outcomeUnknown, keys in k0+k1 retries 1
        session lost | disable      | disabling sessionLost sessionless, keys in k0+k1 retries 1
        stream lost  | disable      | disabling streamLost, keys in k0+k1 retries 1
        """,
    ]

    /// The kinds of event; a new one does not compile until it is here, and does not pass until the table has it.
    enum Kind: CaseIterable {
        case start, refresh, stop, keyObtained, keyUnavailable, response, busy, refused, timedOut, sessionLost
        case hostFinished, status, streamLost

        init(_ event: IDERequester.Event) {
            self =
                switch event {
                case .start: .start
                case .refresh: .refresh
                case .stop: .stop
                case .keyObtained: .keyObtained
                case .keyUnavailable: .keyUnavailable
                case .response: .response
                case .busy: .busy
                case .refused: .refused
                case .timedOut: .timedOut
                case .sessionLost: .sessionLost
                case .hostFinished: .hostFinished
                case .status: .status
                case .streamLost: .streamLost
                }
        }
    }

    @Test func `the table has every kind of event and every state`() {
        #expect(Set(Self.events.map { Kind($0.1) }) == Set(Kind.allCases))
        #expect(Set(Start.allCases.map(\.state.name)) == Set(IDERequester.State.Name.allCases))
    }

    @Test(arguments: Start.allCases) func `every event in every state has its effect and next state`(start: Start)
        throws
    {
        let table = IDETransitionTable(try #require(Self.tables[start]))
        table.expectKnown(Self.events.map(\.0))
        for (name, event) in Self.events {
            let transition = IDERequester.step(start.state, event)
            table.expect(
                name, effect: IDEText.effect(transition.effect), next: IDEText.requester(transition.next),
                same: transition.next == start.state)
        }
    }
}
