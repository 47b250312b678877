import PCIe
import SPDM
import Testing

@Suite struct `DOE mailbox of a device` {
    typealias Activity = DOEMailbox.Activity

    private static let go: UInt32 = 1 << 31
    private static let abort: UInt32 = 1

    /// The states of the table, by how they are reached.
    private static let states: [String: [DOEMailbox.Event]] = [
        "empty": [],
        "written": writes(MailboxSample.object),
        "processing": writes(MailboxSample.object) + [.write(.control, go)],
        "answering": writes(MailboxSample.discovery) + [.write(.control, go)],
        "last": writes(MailboxSample.discovery)
            + [.write(.control, go), .write(.readMailbox, 0), .write(.readMailbox, 0)],
        "failed": writes([UInt8](repeating: 0, count: 20)),
    ]

    private static func writes(_ bytes: [UInt8]) -> [DOEMailbox.Event] {
        stride(from: 0, to: bytes.count, by: 4).map { at in
            .write(.writeMailbox, (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) })
        }
    }

    private static func mailbox(_ state: String) -> DOEMailbox {
        (states[state] ?? []).reduce(DOEMailbox(capacity: 16)) { DOEMailbox.step($0, $1).next }
    }

    private static let events: [String: DOEMailbox.Event] = [
        "abort": .write(.control, abort),
        "abort+go": .write(.control, abort | go),
        "go": .write(.control, go),
        "control 0": .write(.control, 0),
        "dword": .write(.writeMailbox, 0x0403_0201),
        "next": .write(.readMailbox, 7),
        "status": .write(.status, .max),
        "answered 1": .answered(MailboxSample.message, to: 1),
        "answered 0": .answered(MailboxSample.message, to: 0),
        "empty answer": .answered(TransportMessage(isSecured: false, bytes: []), to: 1),
        "unanswered 1": .unanswered(1),
        "unanswered 0": .unanswered(0),
    ]

    /// `event | effect | next`, for each state; an event without a line changes nothing.
    private static let table: [String: String] = [
        "empty": """
        dword | - | receiving 4
        """,
        "written": """
        abort | - | receiving 0
        abort+go | - | receiving 0
        go | process 1 | processing
        dword | - | receiving 16
        """,
        "processing": """
        abort | abandon 1 | receiving 0
        abort+go | abandon 1 | receiving 0
        dword | abandon 1 | failed
        answered 1 | - | answering 0/12
        empty answer | - | failed
        unanswered 1 | - | failed
        """,
        "answering": """
        abort | - | receiving 0
        abort+go | - | receiving 0
        dword | - | failed
        next | - | answering 4/12
        """,
        "last": """
        abort | - | receiving 0
        abort+go | - | receiving 0
        dword | - | failed
        next | - | receiving 0
        """,
        "failed": """
        abort | - | receiving 0
        abort+go | - | receiving 0
        """,
    ]

    private static func text(_ activity: Activity) -> String {
        switch activity {
        case .receiving(let receiving): "receiving \(receiving.bytes.count)"
        case .processing: "processing"
        case .answering(let answering): "answering \(answering.offset)/\(answering.object.count)"
        case .failed: "failed"
        }
    }

    private static func text(_ effect: DOEMailbox.Effect) -> String {
        switch effect {
        case .none: "-"
        case .process(let message, let number): message == MailboxSample.message ? "process \(number)" : "other message"
        case .abandon(let number): "abandon \(number)"
        }
    }

    @Test(arguments: states.keys.sorted()) func `every event in every state`(state: String) throws {
        let rows = try #require(Self.table[state]).split(separator: "\n").map {
            $0.split(separator: " | ").map(String.init)
        }
        #expect(rows.allSatisfy { Self.events[$0[0]] != nil })
        let before = Self.mailbox(state)
        for (name, event) in Self.events {
            let transition = DOEMailbox.step(before, event)
            guard let row = rows.first(where: { $0[0] == name }) else {
                #expect(transition == .init(before, .none), "\(name)")
                continue
            }
            #expect([name, Self.text(transition.effect), Self.text(transition.next.activity)] == row)
        }
    }

    @Test func `registers show what the mailbox does`() {
        let status: [String: UInt32] = [
            "empty": 0, "written": 0, "processing": 1, "answering": 1 << 31, "last": 1 << 31, "failed": 4,
        ]
        for (state, value) in status {
            #expect(Self.mailbox(state).value(of: .status) == value, "\(state)")
            #expect(Self.mailbox(state).value(of: .control) == 0)
            #expect(Self.mailbox(state).value(of: .writeMailbox) == 0)
        }
        #expect(Self.mailbox("answering").value(of: .readMailbox) == 1)
        #expect(Self.mailbox("last").value(of: .readMailbox) == 0x0100_0001)
        for state in ["empty", "written", "processing", "failed"] {
            #expect(Self.mailbox(state).value(of: .readMailbox) == 0)
        }
    }

    @Test(
        arguments: [
            [], [1, 0, 1, 0], [1, 0, 1, 0, 3, 0, 0, 0], [1, 0, 1, 0, 2, 0, 0, 0, 1, 2, 3, 4],
            [1, 0, 1, 0, 4, 0, 0, 0, 1, 2, 3, 4], [1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [1, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4],
        ] as [[UInt8]]) func `an object of another length than it says is discarded in silence`(object: [UInt8])
    {
        let written = Self.writes(object).reduce(DOEMailbox(capacity: 16)) { DOEMailbox.step($0, $1).next }
        #expect(DOEMailbox.step(written, .write(.control, Self.go)) == .init(DOEMailbox(capacity: 16), .none))
    }

    @Test(arguments: [[1, 0, 3], [0x86, 0x80, 1]] as [[UInt8]])
    func `an object of an unknown type sets Error`(type: [UInt8]) {
        let object = type + [0, 3, 0, 0, 0, 1, 2, 3, 4]
        let written = Self.writes(object).reduce(DOEMailbox(capacity: 16)) { DOEMailbox.step($0, $1).next }
        let transition = DOEMailbox.step(written, .write(.control, Self.go))
        #expect(transition.effect == .none)
        #expect(transition.next.activity == .failed)
    }

    @Test func `a secured record is handed out as such`() {
        let object: [UInt8] = [1, 0, 2, 0, 3, 0, 0, 0, 9, 8, 7, 6]
        let written = Self.writes(object).reduce(DOEMailbox(capacity: 16)) { DOEMailbox.step($0, $1).next }
        let effect = DOEMailbox.step(written, .write(.control, Self.go)).effect
        #expect(effect == .process(TransportMessage(isSecured: true, bytes: [9, 8, 7, 6]), number: 1))
    }

    @Test func `the answer to a message that was given up is not taken for the next one's`() {
        let again = Self.writes(MailboxSample.object) + [.write(.control, Self.go)]
        let second = ([.write(.control, Self.abort)] + again).reduce(Self.mailbox("processing")) {
            DOEMailbox.step($0, $1).next
        }
        #expect(second.number == 2)
        #expect(DOEMailbox.step(second, .answered(MailboxSample.message, to: 1)) == .init(second, .none))
        let shown = DOEMailbox.step(second, .answered(MailboxSample.message, to: 2)).next
        #expect(Self.text(shown.activity) == "answering 0/12")
    }

    @Test func `no mailbox is larger than the longest object`() {
        #expect(DOEMailbox(capacity: .max).capacity == 1 << 20)
    }
}
