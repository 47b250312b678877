import PCIe
import SPDM
import Testing
import WireBytes

@Suite struct `DOE mailbox driver` {
    typealias Driver = DOEMailboxDriver

    private static let limits = Driver.Limits(pollInterval: 10, answerPolls: 1, abortPolls: 1, capacity: 16)
    private static let ready: UInt32 = 1 << 31

    /// The states of the table, by how they are reached.
    private static let states: [String: [Driver.Event]] = [
        "new": [],
        "checking, new": [begin],
        "idle": first,
        "checking": first + [begin],
        "aborting": [begin, .value(1)],
        "clearing": [begin, .value(1), .written],
        "pausing": [begin, .value(1), .written, .value(1)],
        "clearing, last": [begin, .value(1), .written, .value(1), .waited],
        "writing": first + [begin, .value(0), .written],
        "writing, last": first + [begin, .value(0), .written, .written],
        "inspecting": inspecting,
        "inspecting again": inspecting + [.value(4), .written, .value(0), .written, .written, .written],
        "going": inspecting + [.value(0)],
        "awaiting": awaiting,
        "awaiting, last": awaiting + [.value(0), .waited],
        "aborting after": awaiting + [.value(4)],
        "clearing after": awaiting + [.value(4), .written],
        "clearing after, last": awaiting + [.value(4), .written, .value(4), .waited],
        "taking": taking,
        "consuming 1": taking + [.value(1)],
        "consuming 2": taking + [.value(1), .written, .value(3)],
        "consuming 2 of none": taking + [.value(1), .written, .value(2)],
        "consuming 2 of too many": taking + [.value(1), .written, .value(5)],
        "consuming 3 of 4": taking + [.value(1), .written, .value(4), .written, .value(0)],
        "concluding": taking + answer,
        "consuming 3 of 3": taking + answer + [.value(ready)],
    ]
    private static let begin = Driver.Event.begin(MailboxSample.object)
    private static let inspecting: [Driver.Event] = first + [begin, .value(0), .written, .written, .written]
    private static let answer: [Driver.Event] = [.value(1), .written, .value(3), .written, .value(0)]
    /// A whole transaction, with the Abort that comes first.
    private static let first: [Driver.Event] =
        [begin, .value(0), .written, .value(0), .written, .written, .written, .value(0), .written, .value(ready)]
        + answer + [.value(ready), .written]
    private static let awaiting: [Driver.Event] = inspecting + [.value(0), .written]
    private static let taking: [Driver.Event] = awaiting + [.value(ready)]

    private static func driver(_ state: String) -> Driver {
        (states[state] ?? []).reduce(Driver(limits: limits)) { Driver.step($0, $1).next }
    }

    private static let events: [String: Driver.Event] = [
        "begin": .begin(MailboxSample.object), "written": .written, "waited": .waited, "unreachable": .unreachable,
        "0": .value(0), "busy": .value(1), "error": .value(4), "ready": .value(ready), "ready+error": .value(ready | 4),
        "all ones": .value(.max), "interrupt": .value(2),
    ]

    /// `event | effect`, for each state; an event without a line has no effect and changes nothing.
    private static let table: [String: String] = [
        "new": "begin | read status",
        "checking, new": """
        begin | refuse
        unreachable | failed gone
        0 | write control 1
        interrupt | write control 1
        busy | write control 1
        error | write control 1
        ready | write control 1
        ready+error | write control 1
        all ones | failed gone
        """,
        "idle": "begin | read status",
        "checking": """
        begin | refuse
        unreachable | failed gone
        0 | write writeMailbox 10001
        interrupt | write writeMailbox 10001
        busy | write control 1
        error | write control 1
        ready | write control 1
        ready+error | write control 1
        all ones | failed gone
        """,
        "aborting": """
        begin | refuse
        unreachable | failed gone
        written | read status
        """,
        "clearing": """
        begin | refuse
        unreachable | failed gone
        0 | write writeMailbox 10001
        interrupt | write writeMailbox 10001
        busy | wait
        error | wait
        ready | wait
        ready+error | wait
        all ones | failed gone
        """,
        "pausing": """
        begin | refuse
        unreachable | failed gone
        waited | read status
        """,
        "clearing, last": """
        begin | refuse
        unreachable | failed gone
        0 | write writeMailbox 10001
        interrupt | write writeMailbox 10001
        busy | failed stuck 1
        error | failed stuck 4
        ready | failed stuck 80000000
        ready+error | failed stuck 80000004
        all ones | failed gone
        """,
        "writing": """
        begin | refuse
        unreachable | failed gone
        written | write writeMailbox 8410
        """,
        "writing, last": """
        begin | refuse
        unreachable | failed gone
        written | read status
        """,
        "inspecting": """
        begin | refuse
        unreachable | failed gone
        0 | write control 80000000
        interrupt | write control 80000000
        busy | write control 1
        error | write control 1
        ready | write control 1
        ready+error | write control 1
        all ones | failed gone
        """,
        "inspecting again": """
        begin | refuse
        unreachable | failed gone
        0 | write control 80000000
        interrupt | write control 80000000
        busy | write control 1
        error | write control 1
        ready | write control 1
        ready+error | write control 1
        all ones | failed gone
        """,
        "going": """
        begin | refuse
        unreachable | sent, failed gone
        written | read status
        """,
        "awaiting": """
        begin | refuse
        unreachable | sent, failed gone
        0 | wait
        interrupt | wait
        busy | wait
        error | write control 1
        ready | read readMailbox
        ready+error | write control 1
        all ones | sent, failed gone
        """,
        "awaiting, last": """
        begin | refuse
        unreachable | sent, failed gone
        0 | write control 1
        interrupt | write control 1
        busy | write control 1
        error | write control 1
        ready | read readMailbox
        ready+error | write control 1
        all ones | sent, failed gone
        """,
        "aborting after": """
        begin | refuse
        unreachable | sent, failed gone
        written | read status
        """,
        "clearing after": """
        begin | refuse
        unreachable | sent, failed gone
        0 | sent, failed errorSet
        interrupt | sent, failed errorSet
        busy | wait
        error | wait
        ready | wait
        ready+error | wait
        all ones | sent, failed gone
        """,
        "clearing after, last": """
        begin | refuse
        unreachable | sent, failed gone
        0 | sent, failed errorSet
        interrupt | sent, failed errorSet
        busy | sent, failed errorSet
        error | sent, failed errorSet
        ready | sent, failed errorSet
        ready+error | sent, failed errorSet
        all ones | sent, failed gone
        """,
        "taking": """
        begin | refuse
        unreachable | sent, failed gone
        0 | write readMailbox 0
        interrupt | write readMailbox 0
        busy | write readMailbox 0
        error | write readMailbox 0
        ready | write readMailbox 0
        ready+error | write readMailbox 0
        all ones | write readMailbox 0
        """,
        "consuming 1": """
        begin | refuse
        unreachable | sent, failed gone
        written | read readMailbox
        """,
        "consuming 2": """
        begin | refuse
        unreachable | sent, failed gone
        written | read readMailbox
        """,
        "consuming 2 of none": """
        begin | refuse
        unreachable | sent, failed gone
        written | write control 1
        """,
        "consuming 2 of too many": """
        begin | refuse
        unreachable | sent, failed gone
        written | write control 1
        """,
        "consuming 3 of 4": """
        begin | refuse
        unreachable | sent, failed gone
        written | read readMailbox
        """,
        "concluding": """
        begin | refuse
        unreachable | sent, failed gone
        0 | write control 1
        interrupt | write control 1
        busy | write control 1
        error | write control 1
        ready | write readMailbox 0
        ready+error | write control 1
        all ones | sent, failed gone
        """,
        "consuming 3 of 3": """
        begin | refuse
        unreachable | sent, failed gone
        written | answered
        """,
    ]

    private static func text(_ effect: Driver.Effect) -> String {
        switch effect {
        case .none: "-"
        case .read(let register): "read \(register)"
        case .write(let register, let value): "write \(register) \(String(value, radix: 16))"
        case .wait(let microseconds): microseconds == 10 ? "wait" : "another wait"
        case .refuse: "refuse"
        case .finish(.answered(let bytes)): bytes == [1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0] ? "answered" : "\(bytes)"
        case .finish(.failed(let failure, let wasSent)): (wasSent ? "sent, " : "") + "failed \(text(failure))"
        }
    }

    private static func text(_ failure: Driver.Failure) -> String {
        switch failure {
        case .stuck(let status): "stuck \(String(status.rawValue, radix: 16))"
        case .notAnObject(let error), .malformedAnswer(let error): "\(error)"
        case .answerTooLong(let count): "answerTooLong \(count)"
        case .errorSet, .answerLost, .noAnswer, .gone: "\(failure)"
        }
    }

    @Test(arguments: states.keys.sorted()) func `every event in every state`(state: String) throws {
        let rows = try #require(Self.table[state]).split(separator: "\n").map {
            $0.split(separator: " | ").map(String.init)
        }
        #expect(rows.allSatisfy { Self.events[$0[0]] != nil })
        let before = Self.driver(state)
        for (name, event) in Self.events {
            let transition = Driver.step(before, event)
            let expected = rows.first { $0[0] == name }?[1] ?? "-"
            #expect(Self.text(transition.effect) == expected, "\(state): \(name)")
            switch transition.effect {
            case .none, .refuse: #expect(transition.next == before, "\(state): \(name)")
            case .finish(let result):
                #expect(transition.next.activity == .idle, "\(state): \(name)")
                #expect(transition.next.isMailboxEmpty == result.isAnswer, "\(state): \(name)")
            case .read, .write, .wait: #expect(transition.next != before, "\(state): \(name)")
            }
        }
    }

    @Test(arguments: [
        ("consuming 2 of none", "lengthMismatch at byte 4: Length"), ("consuming 2 of too many", "answerTooLong 20"),
        ("awaiting, last", "noAnswer"), ("concluding", "answerLost"),
    ]) func `what ends a transaction after an abort is what began it`(state: String, failure: String) throws {
        var driver = Self.driver(state)
        let first: Driver.Event = state.hasPrefix("consuming") ? .written : .value(0)
        let last = [first, .written, .value(0)].map { event in
            let transition = Driver.step(driver, event)
            driver = transition.next
            return transition.effect
        }.last
        #expect(Self.text(try #require(last)) == "sent, failed \(failure)")
    }

    @Test(arguments: [[], [1, 0, 1, 0, 3, 0, 0, 0], MailboxSample.object + [0]])
    func `what is no object is not sent`(bytes: [UInt8]) {
        let transition = Driver.step(Driver(), .begin(bytes))
        guard case .finish(.failed(.notAnObject, wasSent: false)) = transition.effect else {
            Issue.record("\(transition.effect)")
            return
        }
        #expect(transition.next == Driver())
    }
}

extension DOEMailboxDriver.Result {
    fileprivate var isAnswer: Bool {
        switch self {
        case .answered: true
        case .failed: false
        }
    }
}
