import PCIe
import SPDM
import TDISP
import Testing

@Suite struct `IDE responder` {
    static let streamKey = IDEStreamKey(portIndex: 1, streamID: StreamID(rawValue: 7))
    static let slot = IDEKeySlot(.k1, .receive, .posted)

    static func fields(stream: UInt8 = 7, subStream: UInt8 = 0x01, port: UInt8 = 1, ifv: UInt64 = 1) -> IDEKM.KeyProgram
    {
        IDEKM.KeyProgram(
            streamID: StreamID(rawValue: stream), keySubStream: IDEKM.KeySubStream(rawValue: subStream),
            portIndex: port, invocationField: ifv)
    }

    static func control(stream: UInt8 = 7, subStream: UInt8 = 0x01, port: UInt8 = 1) -> IDEKM.KeySetControl {
        IDEKM.KeySetControl(
            streamID: StreamID(rawValue: stream), keySubStream: IDEKM.KeySubStream(rawValue: subStream),
            portIndex: port)
    }

    /// A device with ports 0...2, in each condition that matters. Stream 7 of port 1 is configured in all but the first.
    enum Start: String, CaseIterable {
        case fresh, bound, keyed, secure, installing, overtaken, orphaned

        var state: IDEResponder.State {
            let a = IDEFixture.sessionA
            let bound: [IDEResponder.Event] = [.sessionStarted(a), .streamConfigured(streamKey)]
            let keyed =
                bound
                + IDEFixture.slots(.k0).flatMap { slot -> [IDEResponder.Event] in
                    let byte = IDEKM.KeySubStream(slot).rawValue
                    return [.request(a, .keyProgram(fields(subStream: byte))), .keyInstalled]
                }
            let going = IDEFixture.slots(.k0).map { slot -> IDEResponder.Event in
                .request(a, .keySetGo(control(subStream: IDEKM.KeySubStream(slot).rawValue)))
            }
            let secure = keyed + going + [.streamEnabled(streamKey)]
            let installing = secure + [.request(a, .keyProgram(fields()))]
            let events: [IDEResponder.Event] =
                switch self {
                case .fresh: []
                case .bound: bound
                case .keyed: keyed
                case .secure: secure
                case .installing: installing
                case .overtaken: installing + [.portLost(1, .linkDown)]
                case .orphaned: installing + [.sessionEnded(a)]
                }
            return events.reduce(IDEResponder.initial(maxPortIndex: 2)) { IDEResponder.step($0, $1).next }
        }
    }

    static let events: [(String, IDEResponder.Event)] = [
        ("A starts", .sessionStarted(IDEFixture.sessionA)),
        ("B starts", .sessionStarted(IDEFixture.sessionB)),
        ("A ends", .sessionEnded(IDEFixture.sessionA)),
        ("B ends", .sessionEnded(IDEFixture.sessionB)),
        ("query", request(.query(IDEKM.Query(portIndex: 2)))),
        ("query, bad port", request(.query(IDEKM.Query(portIndex: 3)))),
        ("program k1.rx.pr", request(.keyProgram(fields()))),
        ("program k0.rx.pr", request(.keyProgram(fields(subStream: 0x00)))),
        ("program, wrong length", request(.keyProgramOfWrongLength(fields(port: 9)))),
        ("program, bad port", request(.keyProgram(fields(subStream: 0x30, port: 3)))),
        ("program, bad substream", request(.keyProgram(fields(subStream: 0x30)))),
        ("program, bad IFV", request(.keyProgram(fields(ifv: 2)))),
        ("program, bad stream", request(.keyProgram(fields(stream: 8)))),
        ("go k0.rx.pr", request(.keySetGo(control(subStream: 0x00)))),
        ("go k1.rx.pr", request(.keySetGo(control()))),
        ("go, bad port", request(.keySetGo(control(port: 3)))),
        ("go, bad substream", request(.keySetGo(control(subStream: 0xF0)))),
        ("stop k0.rx.pr", request(.keySetStop(control(subStream: 0x00)))),
        ("stop k1.rx.pr", request(.keySetStop(control()))),
        ("stop, bad stream", request(.keySetStop(control(stream: 8)))),
        ("malformed", .malformedRequest(IDEFixture.sessionA)),
        ("query from B", .request(IDEFixture.sessionB, .query(IDEKM.Query(portIndex: 0)))),
        ("program from B", .request(IDEFixture.sessionB, .keyProgram(fields()))),
        ("malformed from B", .malformedRequest(IDEFixture.sessionB)),
        ("installed", .keyInstalled),
        ("install failed", .keyInstallFailed),
        ("configured", .streamConfigured(streamKey)),
        ("removed", .streamRemoved(streamKey)),
        ("enabled", .streamEnabled(streamKey)),
        ("disabled", .streamDisabled(streamKey)),
        ("received pr k0", .received(streamKey, .posted, .k0)),
        ("stream lost", .streamLost(streamKey, .misroutedTLP)),
        ("other stream lost", .streamLost(IDEStreamKey(portIndex: 1, streamID: StreamID(rawValue: 9)), .misroutedTLP)),
        ("port 1 lost", .portLost(1, .linkDown)),
        ("port 2 lost", .portLost(2, .linkDown)),
        ("reset", .reset),
    ]

    private static func request(_ request: IDEKM.Request) -> IDEResponder.Event {
        .request(IDEFixture.sessionA, request)
    }

    /// What the machine does, reviewed line by line.
    static let tables: [Start: String] = [
        .fresh:
            """
        A starts               | -                   | idle, A
        B starts               | -                   | idle, B
        A ends                 | -                   | =
        B ends                 | -                   | =
        query                  | answer query 2      | idle, A
        query, bad port        | refuse noSuchPort   | idle, A
        program k1.rx.pr       | ack 3               | idle, A
        program k0.rx.pr       | ack 3               | idle, A
        program, wrong length  | ack 1               | idle, A
        program, bad port      | ack 2               | idle, A
        program, bad substream | ack 3               | idle, A
        program, bad IFV       | ack 3               | idle, A
        program, bad stream    | ack 3               | idle, A
        go k0.rx.pr            | refuse noSuchStream | idle, A
        go k1.rx.pr            | refuse noSuchStream | idle, A
        go, bad port           | refuse noSuchPort   | idle, A
        go, bad substream      | refuse noSuchStream | idle, A
        stop k0.rx.pr          | refuse noSuchStream | idle, A
        stop k1.rx.pr          | refuse noSuchStream | idle, A
        stop, bad stream       | refuse noSuchStream | idle, A
        malformed              | refuse malformed    | =
        query from B           | answer query 0      | idle, B
        program from B         | ack 3               | idle, B
        malformed from B       | refuse malformed    | =
        installed              | -                   | =
        install failed         | -                   | =
        configured             | -                   | idle, free, 1/7: disabled
        removed                | -                   | =
        enabled                | -                   | =
        disabled               | -                   | =
        received pr k0         | -                   | =
        stream lost            | -                   | =
        other stream lost      | -                   | =
        port 1 lost            | -                   | =
        port 2 lost            | -                   | =
        reset                  | -                   | =
        """,
        .bound:
            """
        A starts               | -                        | =
        B starts               | -                        | idle, A+B, 1/7: disabled
        A ends                 | -                        | idle, free, 1/7: disabled
        B ends                 | -                        | =
        query                  | answer query 2           | =
        query, bad port        | refuse noSuchPort        | =
        program k1.rx.pr       | install 1/7 k1.rx.pr     | installing k1.rx.pr wanted, A, 1/7: disabled
        program k0.rx.pr       | install 1/7 k0.rx.pr     | installing k0.rx.pr wanted, A, 1/7: disabled
        program, wrong length  | ack 1                    | =
        program, bad port      | ack 2                    | =
        program, bad substream | ack 3                    | =
        program, bad IFV       | ack 3                    | =
        program, bad stream    | ack 3                    | =
        go k0.rx.pr            | refuse slotNotProgrammed | =
        go k1.rx.pr            | refuse slotNotProgrammed | =
        go, bad port           | refuse noSuchPort        | =
        go, bad substream      | refuse noSuchStream      | =
        stop k0.rx.pr          | 1/7 erase k0.rx.pr, ack  | =
        stop k1.rx.pr          | 1/7 erase k1.rx.pr, ack  | =
        stop, bad stream       | refuse noSuchStream      | =
        malformed              | refuse malformed         | =
        query from B           | discard                  | =
        program from B         | discard                  | =
        malformed from B       | discard                  | =
        installed              | -                        | =
        install failed         | -                        | =
        configured             | -                        | =
        removed                | -                        | idle, A
        enabled                | -                        | idle, A, 1/7: enabled
        disabled               | -                        | =
        received pr k0         | -                        | =
        stream lost            | -                        | =
        other stream lost      | -                        | =
        port 1 lost            | -                        | =
        port 2 lost            | -                        | =
        reset                  | -                        | idle, free
        """,
        .keyed:
            """
        A starts               | -                          | =
        B starts               | -                          | idle, A+B, 1/7: disabled p:k0
        A ends                 | 1/7 fail sessionEnded      | idle, free, 1/7: disabled lost(sessionEnded)
        B ends                 | -                          | =
        query                  | answer query 2             | =
        query, bad port        | refuse noSuchPort          | =
        program k1.rx.pr       | install 1/7 k1.rx.pr       | installing k1.rx.pr wanted, A, 1/7: disabled p:k0
        program k0.rx.pr       | install 1/7 k0.rx.pr       | installing k0.rx.pr wanted, A, 1/7: disabled p:k0
        program, wrong length  | ack 1                      | =
        program, bad port      | ack 2                      | =
        program, bad substream | ack 3                      | =
        program, bad IFV       | ack 3                      | =
        program, bad stream    | ack 3                      | =
        go k0.rx.pr            | 1/7 activate k0.rx.pr, ack | idle, A, 1/7: disabled p:k0-rx.pr a:k0.rx.pr
        go k1.rx.pr            | refuse slotNotProgrammed   | =
        go, bad port           | refuse noSuchPort          | =
        go, bad substream      | refuse noSuchStream        | =
        stop k0.rx.pr          | 1/7 erase k0.rx.pr, ack    | idle, A, 1/7: disabled p:k0-rx.pr
        stop k1.rx.pr          | 1/7 erase k1.rx.pr, ack    | =
        stop, bad stream       | refuse noSuchStream        | =
        malformed              | refuse malformed           | =
        query from B           | discard                    | =
        program from B         | discard                    | =
        malformed from B       | discard                    | =
        installed              | -                          | =
        install failed         | -                          | =
        configured             | -                          | =
        removed                | 1/7 fail reconfigured      | idle, A
        enabled                | -                          | idle, A, 1/7: enabled p:k0
        disabled               | -                          | =
        received pr k0         | -                          | =
        stream lost            | 1/7 fail misroutedTLP      | idle, A, 1/7: disabled lost(misroutedTLP)
        other stream lost      | -                          | =
        port 1 lost            | 1/7 fail linkDown          | idle, A, 1/7: disabled lost(linkDown)
        port 2 lost            | -                          | =
        reset                  | 1/7 fail reset             | idle, free
        """,
        .secure:
            """
        A starts               | -                          | =
        B starts               | -                          | idle, A+B, 1/7: secure a:k0
        A ends                 | 1/7 fail sessionEnded      | idle, free, 1/7: enabled lost(sessionEnded)
        B ends                 | -                          | =
        query                  | answer query 2             | =
        query, bad port        | refuse noSuchPort          | =
        program k1.rx.pr       | install 1/7 k1.rx.pr       | installing k1.rx.pr wanted, A, 1/7: secure a:k0
        program k0.rx.pr       | ack 4                      | =
        program, wrong length  | ack 1                      | =
        program, bad port      | ack 2                      | =
        program, bad substream | ack 3                      | =
        program, bad IFV       | ack 3                      | =
        program, bad stream    | ack 3                      | =
        go k0.rx.pr            | 1/7 activate k0.rx.pr, ack | =
        go k1.rx.pr            | refuse slotNotProgrammed   | =
        go, bad port           | refuse noSuchPort          | =
        go, bad substream      | refuse noSuchStream        | =
        stop k0.rx.pr          | 1/7 fail keyStopped, ack   | idle, A, 1/7: enabled lost(keyStopped)
        stop k1.rx.pr          | 1/7 erase k1.rx.pr, ack    | =
        stop, bad stream       | refuse noSuchStream        | =
        malformed              | refuse malformed           | =
        query from B           | discard                    | =
        program from B         | discard                    | =
        malformed from B       | discard                    | =
        installed              | -                          | =
        install failed         | -                          | =
        configured             | -                          | =
        removed                | 1/7 fail reconfigured      | idle, A
        enabled                | -                          | =
        disabled               | 1/7 fail disabled          | idle, A, 1/7: disabled lost(disabled)
        received pr k0         | -                          | =
        stream lost            | 1/7 fail misroutedTLP      | idle, A, 1/7: enabled lost(misroutedTLP)
        other stream lost      | -                          | =
        port 1 lost            | 1/7 fail linkDown          | idle, A, 1/7: enabled lost(linkDown)
        port 2 lost            | -                          | =
        reset                  | 1/7 fail reset             | idle, free
        """,
        .installing:
            """
        A starts               | -                         | =
        B starts               | -                         | installing k1.rx.pr wanted, A+B, 1/7: secure a:k0
        A ends                 | 1/7 fail sessionEnded     | installing k1.rx.pr orphaned, free, 1/7: enabled lost(sessionEnded)
        B ends                 | -                         | =
        query                  | refuse busy               | =
        query, bad port        | refuse busy               | =
        program k1.rx.pr       | refuse busy               | =
        program k0.rx.pr       | refuse busy               | =
        program, wrong length  | refuse busy               | =
        program, bad port      | refuse busy               | =
        program, bad substream | refuse busy               | =
        program, bad IFV       | refuse busy               | =
        program, bad stream    | refuse busy               | =
        go k0.rx.pr            | refuse busy               | =
        go k1.rx.pr            | refuse busy               | =
        go, bad port           | refuse busy               | =
        go, bad substream      | refuse busy               | =
        stop k0.rx.pr          | refuse busy               | =
        stop k1.rx.pr          | refuse busy               | =
        stop, bad stream       | refuse busy               | =
        malformed              | refuse malformed          | =
        query from B           | discard                   | =
        program from B         | discard                   | =
        malformed from B       | discard                   | =
        installed              | ack 0                     | idle, A, 1/7: secure p:k1.rx.pr a:k0
        install failed         | 1/7 erase k1.rx.pr, ack 4 | idle, A, 1/7: secure a:k0
        configured             | -                         | =
        removed                | 1/7 fail reconfigured     | installing k1.rx.pr overtaken, A
        enabled                | -                         | =
        disabled               | 1/7 fail disabled         | installing k1.rx.pr overtaken, A, 1/7: disabled lost(disabled)
        received pr k0         | -                         | =
        stream lost            | 1/7 fail misroutedTLP     | installing k1.rx.pr overtaken, A, 1/7: enabled lost(misroutedTLP)
        other stream lost      | -                         | =
        port 1 lost            | 1/7 fail linkDown         | installing k1.rx.pr overtaken, A, 1/7: enabled lost(linkDown)
        port 2 lost            | -                         | =
        reset                  | 1/7 fail reset            | installing k1.rx.pr orphaned, free
        """,
        .overtaken:
            """
        A starts               | -                         | =
        B starts               | -                         | installing k1.rx.pr overtaken, A+B, 1/7: enabled lost(linkDown)
        A ends                 | -                         | installing k1.rx.pr orphaned, free, 1/7: enabled lost(linkDown)
        B ends                 | -                         | =
        query                  | refuse busy               | =
        query, bad port        | refuse busy               | =
        program k1.rx.pr       | refuse busy               | =
        program k0.rx.pr       | refuse busy               | =
        program, wrong length  | refuse busy               | =
        program, bad port      | refuse busy               | =
        program, bad substream | refuse busy               | =
        program, bad IFV       | refuse busy               | =
        program, bad stream    | refuse busy               | =
        go k0.rx.pr            | refuse busy               | =
        go k1.rx.pr            | refuse busy               | =
        go, bad port           | refuse busy               | =
        go, bad substream      | refuse busy               | =
        stop k0.rx.pr          | refuse busy               | =
        stop k1.rx.pr          | refuse busy               | =
        stop, bad stream       | refuse busy               | =
        malformed              | refuse malformed          | =
        query from B           | discard                   | =
        program from B         | discard                   | =
        malformed from B       | discard                   | =
        installed              | 1/7 erase k1.rx.pr, ack 4 | idle, A, 1/7: enabled lost(linkDown)
        install failed         | 1/7 erase k1.rx.pr, ack 4 | idle, A, 1/7: enabled lost(linkDown)
        configured             | -                         | =
        removed                | -                         | installing k1.rx.pr overtaken, A
        enabled                | -                         | =
        disabled               | -                         | installing k1.rx.pr overtaken, A, 1/7: disabled lost(linkDown)
        received pr k0         | -                         | =
        stream lost            | -                         | =
        other stream lost      | -                         | =
        port 1 lost            | -                         | =
        port 2 lost            | -                         | =
        reset                  | -                         | installing k1.rx.pr orphaned, free
        """,
        .orphaned:
            """
        A starts               | -                  | installing k1.rx.pr orphaned, A, 1/7: enabled lost(sessionEnded)
        B starts               | -                  | installing k1.rx.pr orphaned, B, 1/7: enabled lost(sessionEnded)
        A ends                 | -                  | =
        B ends                 | -                  | =
        query                  | refuse busy        | =
        query, bad port        | refuse busy        | =
        program k1.rx.pr       | refuse busy        | =
        program k0.rx.pr       | refuse busy        | =
        program, wrong length  | refuse busy        | =
        program, bad port      | refuse busy        | =
        program, bad substream | refuse busy        | =
        program, bad IFV       | refuse busy        | =
        program, bad stream    | refuse busy        | =
        go k0.rx.pr            | refuse busy        | =
        go k1.rx.pr            | refuse busy        | =
        go, bad port           | refuse busy        | =
        go, bad substream      | refuse busy        | =
        stop k0.rx.pr          | refuse busy        | =
        stop k1.rx.pr          | refuse busy        | =
        stop, bad stream       | refuse busy        | =
        malformed              | refuse malformed   | =
        query from B           | refuse busy        | =
        program from B         | refuse busy        | =
        malformed from B       | refuse malformed   | =
        installed              | 1/7 erase k1.rx.pr | idle, free, 1/7: enabled lost(sessionEnded)
        install failed         | 1/7 erase k1.rx.pr | idle, free, 1/7: enabled lost(sessionEnded)
        configured             | -                  | =
        removed                | -                  | installing k1.rx.pr orphaned, free
        enabled                | -                  | =
        disabled               | -                  | installing k1.rx.pr orphaned, free, 1/7: disabled lost(sessionEnded)
        received pr k0         | -                  | =
        stream lost            | -                  | =
        other stream lost      | -                  | =
        port 1 lost            | -                  | =
        port 2 lost            | -                  | =
        reset                  | -                  | installing k1.rx.pr orphaned, free
        """,
    ]

    /// The kinds of event; a new one does not compile until it is here, and does not pass until the table has it.
    enum Kind: CaseIterable {
        case sessionStarted, sessionEnded, query, keyProgram, keyProgramOfWrongLength, keySetGo, keySetStop
        case malformedRequest, keyInstalled, keyInstallFailed, streamConfigured, streamRemoved, streamEnabled
        case streamDisabled, received, streamLost, portLost, reset

        init(_ event: IDEResponder.Event) {
            self =
                switch event {
                case .sessionStarted: .sessionStarted
                case .sessionEnded: .sessionEnded
                case .request(_, .query): .query
                case .request(_, .keyProgram): .keyProgram
                case .request(_, .keyProgramOfWrongLength): .keyProgramOfWrongLength
                case .request(_, .keySetGo): .keySetGo
                case .request(_, .keySetStop): .keySetStop
                case .malformedRequest: .malformedRequest
                case .keyInstalled: .keyInstalled
                case .keyInstallFailed: .keyInstallFailed
                case .streamConfigured: .streamConfigured
                case .streamRemoved: .streamRemoved
                case .streamEnabled: .streamEnabled
                case .streamDisabled: .streamDisabled
                case .received: .received
                case .streamLost: .streamLost
                case .portLost: .portLost
                case .reset: .reset
                }
        }
    }

    @Test func `the table has every kind of event`() {
        #expect(Set(Self.events.map { Kind($0.1) }) == Set(Kind.allCases))
    }

    @Test(arguments: Start.allCases) func `every event in every condition has its effect and next state`(start: Start)
        throws
    {
        let table = IDETransitionTable(try #require(Self.tables[start]))
        table.expectComplete(Self.events.map(\.0))
        for (name, event) in Self.events {
            let transition = IDEResponder.step(start.state, event)
            table.expect(
                name, effect: IDEText.effect(transition.effect), next: IDEText.responder(transition.next),
                same: transition.next == start.state)
        }
    }

    @Test func `when the first session ends the next one living is served`() {
        var state = IDEResponder.step(Start.keyed.state, .sessionStarted(IDEFixture.sessionB)).next
        let query = IDEResponder.Event.request(IDEFixture.sessionB, .query(IDEKM.Query(portIndex: 0)))
        #expect(IDEResponder.step(state, query).effect == .discard)
        state = IDEResponder.step(state, .sessionEnded(IDEFixture.sessionA)).next
        #expect(IDEResponder.step(state, query).effect == .answerQuery(portIndex: 0))
        #expect(state.ports.sessions == [IDEFixture.sessionB])
    }

    @Test func `the end of a session fails its streams in order of port and stream`() {
        let keys = [(2, 1), (0, 9), (0, 3)].map {
            IDEStreamKey(portIndex: $0.0, streamID: StreamID(rawValue: $0.1))
        }
        var state = IDEResponder.initial(maxPortIndex: 2)
        for key in keys {
            let request = Self.fields(stream: key.streamID.rawValue, port: key.portIndex)
            for event in [
                .streamConfigured(key), .request(IDEFixture.sessionA, .keyProgram(request)), .keyInstalled,
            ] as [IDEResponder.Event] {
                state = IDEResponder.step(state, event).next
            }
        }
        let expected = keys.sorted().map { IDEStreamChange($0, .fail(.sessionEnded)) }
        #expect(IDEResponder.step(state, .sessionEnded(IDEFixture.sessionA)).effect == .apply(expected))
    }

    @Test(arguments: [IDEResponder.Event.keyInstalled, .keyInstallFailed])
    func `a key that was to replace another leaves its slot empty when the stream is disabled meanwhile`(
        outcome: IDEResponder.Event
    ) throws {
        let request = Self.fields(subStream: 0x00)
        let slot = IDEKeySlot(.k0, .receive, .posted)
        let events: [IDEResponder.Event] = [
            .request(IDEFixture.sessionA, .keyProgram(request)), .streamDisabled(Self.streamKey),
        ]
        let state = events.reduce(Start.keyed.state) { IDEResponder.step($0, $1).next }
        let transition = IDEResponder.step(state, outcome)
        let ack = IDEKM.KeyProgramAck(to: request, .unspecifiedFailure)
        let erasure = IDEStreamChange(Self.streamKey, .erase(IDEKeySlots(slot)))
        #expect(transition.effect == .reply(.keyProgramAck(ack), after: erasure))
        let keys = try #require(transition.next.ports.streams[Self.streamKey]?.keys)
        #expect(keys.occupied == IDEKeySlots(IDEKeySet.k0).subtracting(IDEKeySlots(slot)))
    }

    @Test func `a key that overwrites one enabled meanwhile fails the stream and the request`() {
        let going = IDEFixture.slots(.k0).map { slot -> IDEResponder.Event in
            .request(IDEFixture.sessionA, .keySetGo(Self.control(subStream: IDEKM.KeySubStream(slot).rawValue)))
        }
        let request = Self.fields(subStream: 0x00)
        let events = going + [.request(IDEFixture.sessionA, .keyProgram(request)), .streamEnabled(Self.streamKey)]
        let state = events.reduce(Start.keyed.state) { IDEResponder.step($0, $1).next }
        let transition = IDEResponder.step(state, .keyInstalled)
        let ack = IDEKM.KeyProgramAck(to: request, .unspecifiedFailure)
        let failure = IDEStreamChange(Self.streamKey, .fail(.keyOverwritten))
        #expect(transition.effect == .reply(.keyProgramAck(ack), after: failure))
        #expect(transition.next.ports.streams[Self.streamKey]?.keys == nil)
    }
}
