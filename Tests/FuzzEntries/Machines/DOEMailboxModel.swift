internal import PCIe
internal import SPDM

/// A device's DOE mailbox, its owner, and an observer who knows what was written and what was answered.
struct DOEMailboxModel {
    private static let capacity = 64

    private var mailbox = DOEMailbox(capacity: capacity)
    /// What was written since the mailbox was last empty.
    private var written: [UInt8] = []
    /// What is being shown, from the DWORD that is shown now.
    private var shown: [UInt8] = []

    /// Writes an object, DWORD by DWORD.
    mutating func write(_ object: [UInt8]) throws(BrokenInvariant) {
        let padded = object + [UInt8](repeating: 0, count: -object.count & 3)
        for offset in stride(from: 0, to: padded.count, by: 4) {
            try take(.write(.writeMailbox, dword(padded[offset...])))
        }
    }

    /// Answers the message that is being processed, or one that is not.
    mutating func answer(_ message: [UInt8], isLate: Bool) throws(BrokenInvariant) {
        let message = TransportMessage(isSecured: message.count.isMultiple(of: 2), bytes: message)
        if !isLate, mailbox.activity == .processing { shown = (try? message.doeObject()) ?? [] }
        try take(.answered(message, to: mailbox.number &- (isLate ? 1 : 0)))
    }

    /// Takes an event and checks what comes of it.
    mutating func take(_ event: DOEMailbox.Event) throws(BrokenInvariant) {
        let before = mailbox
        let transition = DOEMailbox.step(before, event)
        mailbox = transition.next
        try note(event, before)
        switch transition.effect {
        case .none: try require(mailbox.number == before.number, "a number was used up for nothing")
        case .process(let message, let number):
            try require(DOERequest(decoding: written.span) == .message(message), "\(message) was not written")
            try require(number == before.number &+ 1 && mailbox.number == number, "message \(number)")
            try require(mailbox.activity == .processing, "a message that is not being processed")
        case .abandon(let number):
            try require(before.activity == .processing && number == before.number, "\(number) is not being processed")
            try require(mailbox.activity != .processing, "a message was given up, and goes on")
        }
        try checkRegisters()
    }

    private mutating func note(_ event: DOEMailbox.Event, _ before: DOEMailbox) throws(BrokenInvariant) {
        switch event {
        case .write(.control, let value) where DOECapability.Control(rawValue: value).contains(.abort):
            written = []
            try require(mailbox.activity == DOEMailbox().activity, "an abort left \(mailbox.activity)")
        case .write(.control, _):
            if case .answering(let answering) = mailbox.activity, before.activity != mailbox.activity {
                shown = answering.object
                try require(shown.starts(with: [1, 0, 0]) && shown.count == 12, "discovery is answered by \(shown)")
            }
        case .write(.writeMailbox, let dword):
            written += (0..<4).map { UInt8(truncatingIfNeeded: dword >> (8 * $0)) }
        case .write(.readMailbox, _): if case .answering = before.activity { shown.removeFirst(4) }
        case .write(.status, _), .answered, .unanswered: break
        }
        if case .receiving(let receiving) = mailbox.activity, receiving.bytes.isEmpty { written = [] }
    }

    /// The registers show what the observer knows, and no more than one status.
    private func checkRegisters() throws(BrokenInvariant) {
        let status = DOECapability.Status(rawValue: mailbox.value(of: .status))
        switch mailbox.activity {
        case .receiving(let receiving):
            try require(status == [] && receiving.bytes == written, "\(written) was written, not \(receiving.bytes)")
            try require(written.count <= Self.capacity, "\(written.count) bytes were taken")
        case .processing: try require(status == .busy, "\(status)")
        case .answering(let answering):
            try require(status == .dataObjectReady, "\(status)")
            try require(answering.object[answering.offset...].elementsEqual(shown), "another answer is shown")
            try require(mailbox.value(of: .readMailbox) == dword(shown[...]), "another DWORD is shown")
        case .failed: try require(status == .error, "\(status)")
        }
    }
}

/// The first four bytes, little-endian.
func dword(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
}
