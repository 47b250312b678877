internal import PCIe
internal import SPDM

/// A DOE mailbox driver, and registers that read as they like. The observer knows what was written, and what was read of
/// the answer.
struct DOEDriverModel {
    private static let limits = DOEMailboxDriver.Limits(pollInterval: 1, answerPolls: 4, abortPolls: 3, capacity: 64)
    /// More steps than a transaction can have: every DWORD of an object and of an answer, twice, and every look.
    private static let stepLimit = 256

    private var driver = DOEMailboxDriver(limits: limits)
    private var effect = DOEMailboxDriver.Effect.none
    private var object: [UInt8] = []
    private var steps = 0
    /// What the mailbox got since the last abort, and whether Go was set.
    private var written: [UInt8] = []
    private var wentWith: [UInt8]?
    /// What was read of the answer.
    private var taken: [UInt8] = []

    /// What the driver wants to know.
    var isReadingStatus: Bool { effect == .read(.status) }

    /// Begins a transaction, if none is running.
    mutating func begin(_ object: [UInt8]) throws(BrokenInvariant) {
        guard driver.activity == .idle else { return try interrupt(object) }
        self.object = object
        (steps, written, wentWith, taken) = (0, [], nil, [])
        try take(.begin(object))
    }

    /// Carries the effect out; `value` is what a register reads as.
    mutating func proceed(reading value: UInt32) throws(BrokenInvariant) {
        switch effect {
        case .read(let register):
            if register == .readMailbox { taken += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
            try take(.value(value))
        case .write: try take(.written)
        case .wait: try take(.waited)
        case .none, .finish, .refuse: break
        }
    }

    /// The registers cannot be accessed.
    mutating func lose() throws(BrokenInvariant) { try take(.unreachable) }

    /// Lets the registers read as zero until the transaction is over.
    mutating func abandon() throws(BrokenInvariant) {
        while driver.activity != .idle { try proceed(reading: 0) }
    }

    private mutating func interrupt(_ object: [UInt8]) throws(BrokenInvariant) {
        let transition = DOEMailboxDriver.step(driver, .begin(object))
        try require(transition == .init(driver, .refuse), "a second transaction disturbed the first")
    }

    private mutating func take(_ event: DOEMailboxDriver.Event) throws(BrokenInvariant) {
        steps += 1
        try require(steps < Self.stepLimit, "the transaction does not end: \(driver.activity)")
        let transition = DOEMailboxDriver.step(driver, event)
        driver = transition.next
        effect = transition.effect
        switch effect {
        case .none, .refuse, .read, .wait: break
        case .write(.writeMailbox, let dword): written += (0..<4).map { UInt8(truncatingIfNeeded: dword >> (8 * $0)) }
        case .write(.control, let value): try note(DOECapability.Control(rawValue: value))
        case .write(.readMailbox, _), .write(.status, _): try require(wentWith != nil, "something is taken before Go")
        case .finish(let result): try check(result)
        }
    }

    private mutating func note(_ control: DOECapability.Control) throws(BrokenInvariant) {
        if control.contains(.abort) { written = [] }
        guard control.contains(.go) else { return }
        try require(wentWith == nil, "Go is set a second time")
        try require(written == object, "Go with \(written)")
        wentWith = written
    }

    private func check(_ result: DOEMailboxDriver.Result) throws(BrokenInvariant) {
        try require(driver.activity == .idle, "the transaction ended and goes on")
        switch result {
        case .answered(let answer):
            try require(wentWith != nil && answer == taken, "an answer that was not read")
            try require(try accepted(answer, DOEObject.decode) != nil, "an answer that is no object")
            try require(answer.count <= Self.limits.capacity, "\(answer.count) bytes of answer")
        case .failed(_, let wasSent):
            try require(wasSent == (wentWith != nil), "\(result), but went \(wentWith != nil)")
        }
    }
}
