import SPDM
import TDISP
import Testing

@Suite struct `IDE stream` {
    /// A stream in each condition that matters. Keys are session A's.
    enum Start: String, CaseIterable {
        case fresh, enabled, programmed, almost, active, secure, prepared, switching, lost

        var stream: IDEStream {
            let programmed = IDEFixture.slots(.k0).map { IDEStream.Event.keyInstalled($0, by: IDEFixture.sessionA) }
            let going = IDEFixture.slots(.k0).map { IDEStream.Event.go($0) }
            let prepared = IDEFixture.slots(.k1).map { IDEStream.Event.keyInstalled($0, by: IDEFixture.sessionA) }
            let events: [IDEStream.Event] =
                switch self {
                case .fresh: []
                case .enabled: [.enable]
                case .programmed: programmed
                case .almost: programmed + going.dropLast() + [.enable]
                case .active: programmed + going
                case .secure: programmed + going + [.enable]
                case .prepared: programmed + going + [.enable] + prepared
                case .switching:
                    programmed + going + [.enable] + prepared + IDEFixture.slots(.k1).map { .go($0) }
                case .lost: programmed + going + [.enable, .lost(.linkDown)]
                }
            return events.reduce(IDEStream.initial) { IDEStream.step($0, $1).next }
        }
    }

    /// One of each event, and two where the slot makes a difference.
    static let events: [(String, IDEStream.Event)] = [
        ("installed k0.rx.pr", .keyInstalled(IDEKeySlot(.k0, .receive, .posted), by: IDEFixture.sessionA)),
        ("installed k1.rx.pr", .keyInstalled(IDEKeySlot(.k1, .receive, .posted), by: IDEFixture.sessionA)),
        ("installed k1.rx.pr by B", .keyInstalled(IDEKeySlot(.k1, .receive, .posted), by: IDEFixture.sessionB)),
        ("failed k0.rx.pr", .keyInstallFailed(IDEKeySlot(.k0, .receive, .posted))),
        ("failed k1.rx.pr", .keyInstallFailed(IDEKeySlot(.k1, .receive, .posted))),
        ("go k0.tx.cpl", .go(IDEKeySlot(.k0, .transmit, .completion))),
        ("go k1.tx.cpl", .go(IDEKeySlot(.k1, .transmit, .completion))),
        ("go k0.rx.pr", .go(IDEKeySlot(.k0, .receive, .posted))),
        ("go k1.rx.pr", .go(IDEKeySlot(.k1, .receive, .posted))),
        ("stop k0.rx.pr", .stop(IDEKeySlot(.k0, .receive, .posted))),
        ("stop k1.rx.pr", .stop(IDEKeySlot(.k1, .receive, .posted))),
        ("enable", .enable),
        ("disable", .disable),
        ("received pr k0", .received(.posted, .k0)),
        ("received pr k1", .received(.posted, .k1)),
        ("lost", .lost(.counterOverflow)),
    ]

    /// The kinds of event; a new one does not compile until it is here, and does not pass until the table has it.
    enum Kind: CaseIterable {
        case keyInstalled, keyInstallFailed, go, stop, enable, disable, received, lost

        init(_ event: IDEStream.Event) {
            self =
                switch event {
                case .keyInstalled: .keyInstalled
                case .keyInstallFailed: .keyInstallFailed
                case .go: .go
                case .stop: .stop
                case .enable: .enable
                case .disable: .disable
                case .received: .received
                case .lost: .lost
                }
        }
    }

    @Test func `the table has every kind of event`() {
        #expect(Set(Self.events.map { Kind($0.1) }) == Set(Kind.allCases))
    }

    /// What the machine does, reviewed line by line.
    static let tables: [Start: String] = [
        .fresh:
            """
        installed k0.rx.pr      | -              | disabled p:k0.rx.pr
        installed k1.rx.pr      | -              | disabled p:k1.rx.pr
        installed k1.rx.pr by B | -              | disabled p:k1.rx.pr by B
        failed k0.rx.pr         | erase k0.rx.pr | =
        failed k1.rx.pr         | erase k1.rx.pr | =
        go k0.tx.cpl            | refuse         | =
        go k1.tx.cpl            | refuse         | =
        go k0.rx.pr             | refuse         | =
        go k1.rx.pr             | refuse         | =
        stop k0.rx.pr           | erase k0.rx.pr | =
        stop k1.rx.pr           | erase k1.rx.pr | =
        enable                  | -              | enabled
        disable                 | -              | =
        received pr k0          | -              | =
        received pr k1          | -              | =
        lost                    | -              | =
        """,
        .enabled:
            """
        installed k0.rx.pr      | -              | enabled p:k0.rx.pr
        installed k1.rx.pr      | -              | enabled p:k1.rx.pr
        installed k1.rx.pr by B | -              | enabled p:k1.rx.pr by B
        failed k0.rx.pr         | erase k0.rx.pr | =
        failed k1.rx.pr         | erase k1.rx.pr | =
        go k0.tx.cpl            | refuse         | =
        go k1.tx.cpl            | refuse         | =
        go k0.rx.pr             | refuse         | =
        go k1.rx.pr             | refuse         | =
        stop k0.rx.pr           | erase k0.rx.pr | =
        stop k1.rx.pr           | erase k1.rx.pr | =
        enable                  | -              | =
        disable                 | -              | disabled
        received pr k0          | -              | =
        received pr k1          | -              | =
        lost                    | -              | =
        """,
        .programmed:
            """
        installed k0.rx.pr      | -                    | =
        installed k1.rx.pr      | -                    | disabled p:k0+k1.rx.pr
        installed k1.rx.pr by B | erase k0             | disabled p:k1.rx.pr by B
        failed k0.rx.pr         | erase k0.rx.pr       | disabled p:k0-rx.pr
        failed k1.rx.pr         | erase k1.rx.pr       | =
        go k0.tx.cpl            | activate k0.tx.cpl   | disabled p:k0-tx.cpl a:k0.tx.cpl
        go k1.tx.cpl            | refuse               | =
        go k0.rx.pr             | activate k0.rx.pr    | disabled p:k0-rx.pr a:k0.rx.pr
        go k1.rx.pr             | refuse               | =
        stop k0.rx.pr           | erase k0.rx.pr       | disabled p:k0-rx.pr
        stop k1.rx.pr           | erase k1.rx.pr       | =
        enable                  | -                    | enabled p:k0
        disable                 | -                    | =
        received pr k0          | -                    | =
        received pr k1          | -                    | =
        lost                    | fail counterOverflow | disabled lost(counterOverflow)
        """,
        .almost:
            """
        installed k0.rx.pr      | -                         | enabled p:k0.rx.pr+k0.tx.cpl a:k0.tx.pr+k0.rx.npr+k0.tx.npr+k0.rx.cpl
        installed k1.rx.pr      | -                         | enabled p:k0.tx.cpl+k1.rx.pr a:k0-tx.cpl
        installed k1.rx.pr by B | erase k0                  | enabled p:k1.rx.pr by B
        failed k0.rx.pr         | erase k0.rx.pr            | enabled p:k0.tx.cpl a:k0.tx.pr+k0.rx.npr+k0.tx.npr+k0.rx.cpl
        failed k1.rx.pr         | erase k1.rx.pr            | =
        go k0.tx.cpl            | activate k0.tx.cpl secure | secure a:k0
        go k1.tx.cpl            | refuse                    | =
        go k0.rx.pr             | activate k0.rx.pr         | =
        go k1.rx.pr             | refuse                    | =
        stop k0.rx.pr           | erase k0.rx.pr            | enabled p:k0.tx.cpl a:k0.tx.pr+k0.rx.npr+k0.tx.npr+k0.rx.cpl
        stop k1.rx.pr           | erase k1.rx.pr            | =
        enable                  | -                         | =
        disable                 | -                         | disabled p:k0.tx.cpl a:k0-tx.cpl
        received pr k0          | -                         | =
        received pr k1          | -                         | =
        lost                    | fail counterOverflow      | enabled lost(counterOverflow)
        """,
        .active:
            """
        installed k0.rx.pr      | -                    | disabled p:k0.rx.pr a:k0-rx.pr
        installed k1.rx.pr      | -                    | disabled p:k1.rx.pr a:k0
        installed k1.rx.pr by B | erase k0             | disabled p:k1.rx.pr by B
        failed k0.rx.pr         | erase k0.rx.pr       | disabled a:k0-rx.pr
        failed k1.rx.pr         | erase k1.rx.pr       | =
        go k0.tx.cpl            | activate k0.tx.cpl   | =
        go k1.tx.cpl            | refuse               | =
        go k0.rx.pr             | activate k0.rx.pr    | =
        go k1.rx.pr             | refuse               | =
        stop k0.rx.pr           | erase k0.rx.pr       | disabled a:k0-rx.pr
        stop k1.rx.pr           | erase k1.rx.pr       | =
        enable                  | secure               | secure a:k0
        disable                 | -                    | =
        received pr k0          | -                    | =
        received pr k1          | -                    | =
        lost                    | fail counterOverflow | disabled lost(counterOverflow)
        """,
        .secure:
            """
        installed k0.rx.pr      | fail keyOverwritten       | enabled lost(keyOverwritten)
        installed k1.rx.pr      | -                         | secure p:k1.rx.pr a:k0
        installed k1.rx.pr by B | fail keyOverwritten       | enabled lost(keyOverwritten)
        failed k0.rx.pr         | fail keyOverwritten       | enabled lost(keyOverwritten)
        failed k1.rx.pr         | erase k1.rx.pr            | =
        go k0.tx.cpl            | activate k0.tx.cpl        | =
        go k1.tx.cpl            | refuse                    | =
        go k0.rx.pr             | activate k0.rx.pr         | =
        go k1.rx.pr             | refuse                    | =
        stop k0.rx.pr           | fail keyStopped           | enabled lost(keyStopped)
        stop k1.rx.pr           | erase k1.rx.pr            | =
        enable                  | -                         | =
        disable                 | fail disabled             | disabled lost(disabled)
        received pr k0          | -                         | =
        received pr k1          | fail integrityCheckFailed | enabled lost(integrityCheckFailed)
        lost                    | fail counterOverflow      | enabled lost(counterOverflow)
        """,
        .prepared:
            """
        installed k0.rx.pr      | fail keyOverwritten       | enabled lost(keyOverwritten)
        installed k1.rx.pr      | -                         | =
        installed k1.rx.pr by B | fail keyOverwritten       | enabled lost(keyOverwritten)
        failed k0.rx.pr         | fail keyOverwritten       | enabled lost(keyOverwritten)
        failed k1.rx.pr         | erase k1.rx.pr            | secure p:k1-rx.pr a:k0
        go k0.tx.cpl            | activate k0.tx.cpl        | =
        go k1.tx.cpl            | activate k1.tx.cpl        | secure p:k1-tx.cpl a:k0-tx.cpl+k1.tx.cpl
        go k0.rx.pr             | activate k0.rx.pr         | =
        go k1.rx.pr             | activate k1.rx.pr         | secure p:k1-rx.pr a:k0-rx.pr+k1.rx.pr r:k0.rx.pr
        stop k0.rx.pr           | fail keyStopped           | enabled lost(keyStopped)
        stop k1.rx.pr           | erase k1.rx.pr            | secure p:k1-rx.pr a:k0
        enable                  | -                         | =
        disable                 | fail disabled             | disabled lost(disabled)
        received pr k0          | -                         | =
        received pr k1          | fail integrityCheckFailed | enabled lost(integrityCheckFailed)
        lost                    | fail counterOverflow      | enabled lost(counterOverflow)
        """,
        .switching:
            """
        installed k0.rx.pr      | -                    | secure p:k0.rx.pr a:k1 r:k0.rx.npr+k0.rx.cpl
        installed k1.rx.pr      | fail keyOverwritten  | enabled lost(keyOverwritten)
        installed k1.rx.pr by B | fail keyOverwritten  | enabled lost(keyOverwritten)
        failed k0.rx.pr         | erase k0.rx.pr       | secure a:k1 r:k0.rx.npr+k0.rx.cpl
        failed k1.rx.pr         | fail keyOverwritten  | enabled lost(keyOverwritten)
        go k0.tx.cpl            | refuse               | =
        go k1.tx.cpl            | activate k1.tx.cpl   | =
        go k0.rx.pr             | refuse               | =
        go k1.rx.pr             | activate k1.rx.pr    | =
        stop k0.rx.pr           | erase k0.rx.pr       | secure a:k1 r:k0.rx.npr+k0.rx.cpl
        stop k1.rx.pr           | fail keyStopped      | enabled lost(keyStopped)
        enable                  | -                    | =
        disable                 | fail disabled        | disabled lost(disabled)
        received pr k0          | -                    | =
        received pr k1          | erase k0.rx.pr       | secure a:k1 r:k0.rx.npr+k0.rx.cpl
        lost                    | fail counterOverflow | enabled lost(counterOverflow)
        """,
        .lost:
            """
        installed k0.rx.pr      | -              | enabled lost(linkDown) p:k0.rx.pr
        installed k1.rx.pr      | -              | enabled lost(linkDown) p:k1.rx.pr
        installed k1.rx.pr by B | -              | enabled lost(linkDown) p:k1.rx.pr by B
        failed k0.rx.pr         | erase k0.rx.pr | =
        failed k1.rx.pr         | erase k1.rx.pr | =
        go k0.tx.cpl            | refuse         | =
        go k1.tx.cpl            | refuse         | =
        go k0.rx.pr             | refuse         | =
        go k1.rx.pr             | refuse         | =
        stop k0.rx.pr           | erase k0.rx.pr | =
        stop k1.rx.pr           | erase k1.rx.pr | =
        enable                  | -              | =
        disable                 | -              | disabled lost(linkDown)
        received pr k0          | -              | =
        received pr k1          | -              | =
        lost                    | -              | =
        """,
    ]

    @Test(arguments: Start.allCases) func `every event in every condition has its effect and next state`(start: Start)
        throws
    {
        let table = IDETransitionTable(try #require(Self.tables[start]))
        table.expectComplete(Self.events.map(\.0))
        for (name, event) in Self.events {
            let transition = IDEStream.step(start.stream, event)
            table.expect(
                name, effect: IDEText.effect(transition.effect), next: IDEText.stream(transition.next),
                same: transition.next == start.stream)
        }
    }

    @Test(arguments: Start.allCases) func `only a stream with all six keys of the session is keyed by it`(start: Start)
    {
        let keyed: Set<Start> = [.programmed, .almost, .active, .secure, .prepared, .switching]
        #expect(start.stream.allSubstreamsKeyed(by: IDEFixture.sessionA) == keyed.contains(start))
        #expect(!start.stream.allSubstreamsKeyed(by: IDEFixture.sessionB))
    }

    @Test(arguments: IDEFixture.slots(.k0)) func `one missing key leaves a stream unkeyed`(missing: IDEKeySlot) {
        let stream = IDEStream.step(Start.programmed.stream, .stop(missing)).next
        #expect(!stream.allSubstreamsKeyed(by: IDEFixture.sessionA))
        let mixed = IDEStream.step(stream, .keyInstalled(missing.otherKeySet, by: IDEFixture.sessionA)).next
        #expect(mixed.allSubstreamsKeyed(by: IDEFixture.sessionA))
    }

    @Test(arguments: Start.allCases, IDEStreamLoss.allCases)
    func `any loss leaves no key and no Secure`(start: Start, loss: IDEStreamLoss) {
        let transition = IDEStream.step(start.stream, .lost(loss))
        #expect(!transition.next.isSecure)
        #expect(transition.next.keys == nil)
        #expect(transition.effect == (start.stream.keys == nil ? .none : .fail(loss)))
        for slot in IDEFixture.allSlots { #expect(IDEStream.step(transition.next, .go(slot)).effect == .refuse) }
    }

    @Test(arguments: Start.allCases) func `a key that protects traffic may not be programmed over`(start: Start) {
        for slot in IDEFixture.allSlots {
            let live = start.stream.isSecure && start.stream.keys?.active.contains(slot) == true
            #expect(start.stream.mayProgram(slot) == !live)
        }
    }

    @Test(arguments: IDESubstream.allCases) func `what is transmitted follows the transmit key`(substream: IDESubstream)
    {
        #expect(Start.active.stream.transmitKeySet(substream) == nil)
        #expect(Start.secure.stream.transmitKeySet(substream) == .k0)
        let received = IDEStream.step(Start.prepared.stream, .go(IDEKeySlot(.k1, .receive, substream))).next
        #expect(received.transmitKeySet(substream) == .k0)
        let switched = IDEStream.step(received, .go(IDEKeySlot(.k1, .transmit, substream))).next
        #expect(switched.transmitKeySet(substream) == .k1)
    }

    @Test(arguments: IDESubstream.allCases)
    func `in a refresh the old key is received until the new one arrives`(substream: IDESubstream) {
        var stream = Start.switching.stream
        #expect(IDEStream.step(stream, .received(substream, .k0)).effect == .none)
        let arrival = IDEStream.step(stream, .received(substream, .k1))
        #expect(arrival.effect == .erase(IDEKeySlots(IDEKeySlot(.k0, .receive, substream))))
        stream = arrival.next
        #expect(stream.isSecure)
        #expect(IDEStream.step(stream, .received(substream, .k1)).effect == .none)
        #expect(IDEStream.step(stream, .received(substream, .k0)).effect == .fail(.integrityCheckFailed))
    }

    @Test func `refresh can go on from set to set without leaving Secure`() {
        var stream = Start.secure.stream
        for round in 0..<6 {
            let keySet: IDEKeySet = round % 2 == 0 ? .k1 : .k0
            for slot in IDEFixture.slots(keySet) {
                stream = IDEStream.step(stream, .keyInstalled(slot, by: IDEFixture.sessionA)).next
            }
            for slot in IDEFixture.slots(keySet) { stream = IDEStream.step(stream, .go(slot)).next }
            #expect(stream.isSecure)
            #expect(stream.transmitKeySet(.posted) == keySet)
        }
    }
}
