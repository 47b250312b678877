import PCIe
import SPDM

/// A driver and a mailbox, joined register by register as configuration space joins them.
struct MailboxRig {
    /// What comes between the two ends, by the number of the register access, from 0.
    enum Fault: Hashable {
        /// The device sets Error.
        case error
        /// Somebody else writes Abort.
        case abort
        /// Somebody else writes a DWORD into the write mailbox.
        case stray
        /// The function does not answer from here on: reads give all ones.
        case gone
        /// The access itself fails.
        case unreachable
    }

    var mailbox = DOEMailbox(capacity: 64)
    var driver: DOEMailboxDriver
    var faults: [Int: Fault] = [:]
    /// What status reads show beside the mailbox's own bits, and what they hide.
    var shown: DOECapability.Status = []
    var hidden: DOECapability.Status = []
    /// What the device answers; nil leaves the message without an answer, and the mailbox busy.
    var answer: (TransportMessage) -> TransportMessage? = { TransportMessage(isSecured: $0.isSecured, bytes: $0.bytes) }

    private(set) var accesses = 0
    private(set) var waits = 0
    private(set) var processed: [TransportMessage] = []
    private var isGone = false

    init(limits: DOEMailboxDriver.Limits = .init(pollInterval: 10, answerPolls: 3, abortPolls: 2, capacity: 64)) {
        driver = DOEMailboxDriver(limits: limits)
    }

    /// Carries an object; nil when the driver does not come to an end within a number of steps that it must not need.
    mutating func carry(_ object: [UInt8]) -> DOEMailboxDriver.Result? {
        var event = DOEMailboxDriver.Event.begin(object)
        for _ in 0..<400 {
            let transition = DOEMailboxDriver.step(driver, event)
            driver = transition.next
            switch transition.effect {
            case .none, .refuse: return nil
            case .read(let register): event = read(register)
            case .write(let register, let value): event = write(register, value)
            case .wait:
                waits += 1
                event = .waited
            case .finish(let result): return result
            }
        }
        return nil
    }

    private mutating func read(_ register: DOEMailbox.Register) -> DOEMailboxDriver.Event {
        guard inject() else { return .unreachable }
        guard !isGone else { return .value(.max) }
        let value = mailbox.value(of: register)
        guard register == .status else { return .value(value) }
        return .value(DOECapability.Status(rawValue: value).union(shown).subtracting(hidden).rawValue)
    }

    private mutating func write(_ register: DOEMailbox.Register, _ value: UInt32) -> DOEMailboxDriver.Event {
        guard inject() else { return .unreachable }
        if !isGone { apply(.write(register, value)) }
        return .written
    }

    /// False when the access fails.
    private mutating func inject() -> Bool {
        defer { accesses += 1 }
        switch faults[accesses] {
        case .error: apply(.write(.writeMailbox, 0), times: 32)
        case .abort: apply(.write(.control, 1))
        case .stray: apply(.write(.writeMailbox, 0xDEAD_BEEF))
        case .gone: isGone = true
        case .unreachable: return false
        case nil: break
        }
        return true
    }

    private mutating func apply(_ event: DOEMailbox.Event, times: Int = 1) {
        for _ in 0..<times {
            let transition = DOEMailbox.step(mailbox, event)
            mailbox = transition.next
            guard case .process(let message, let number) = transition.effect else { continue }
            processed.append(message)
            guard let reply = answer(message) else { continue }
            mailbox = DOEMailbox.step(mailbox, .answered(reply, to: number)).next
        }
    }
}

/// Objects of the tests.
enum MailboxSample {
    static let message = TransportMessage(isSecured: false, bytes: [0x10, 0x84, 0, 0])
    /// GET_VERSION.
    static let object: [UInt8] = [1, 0, 1, 0, 3, 0, 0, 0, 0x10, 0x84, 0, 0]
    static let discovery: [UInt8] = [1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]
}
