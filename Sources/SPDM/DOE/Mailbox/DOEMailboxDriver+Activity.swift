extension DOEMailboxDriver {
    /// What it is doing.
    public enum Activity: Hashable, Sendable {
        /// Nothing.
        case idle
        /// Reading the status before anything is written.
        case checking(Sending)
        /// Writing a DWORD of the object.
        case writing(Sending)
        /// Reading the status once all is written: did the mailbox take it?
        case inspecting(Sending)
        /// Setting Go.
        case going
        /// Setting Abort.
        case aborting(AfterAbort)
        /// Reading the status again and again.
        case looking(Polling)
        /// Waiting between two looks.
        case pausing(Polling)
        /// Reading a DWORD of the answer.
        case taking(Taking)
        /// Telling the mailbox that the DWORD was taken.
        case consuming(Taking)
        /// Reading the status once the whole answer is here: is it still there?
        case concluding(Taking)
    }

    /// An object on its way.
    public struct Sending: Hashable, Sendable {
        /// The object.
        public let object: [UInt8]
        /// Offset of the DWORD that is written next or now.
        public let offset: Int
        /// Whether this is the second time.
        public let isRetry: Bool

        var dword: UInt32 { (0..<4).reduce(0) { $0 | UInt32(object[offset + $1]) << UInt32(8 * $1) } }
    }

    /// An answer on its way.
    public struct Taking: Hashable, Sendable {
        /// What is here.
        public let bytes: [UInt8]

        /// Whether nothing of the answer is missing.
        var isWhole: Bool {
            guard let header = try? DOEHeader.decode(bytes.span) else { return false }
            return bytes.count >= header.size
        }

        func adding(_ dword: UInt32) -> Taking {
            Taking(bytes: bytes + (0..<4).map { UInt8(truncatingIfNeeded: dword >> UInt32(8 * $0)) })
        }
    }

    /// What is looked for in the status.
    public struct Polling: Hashable, Sendable {
        /// What is looked for.
        public let goal: Goal
        /// How many looks are left after this one.
        public let left: UInt32
    }

    /// What the status is to show.
    public enum Goal: Hashable, Sendable {
        /// Data Object Ready.
        case answer
        /// Neither Busy nor Error nor Data Object Ready.
        case clear(AfterAbort)
    }

    /// What follows an abort.
    public enum AfterAbort: Hashable, Sendable {
        /// The object is written.
        case send(Sending)
        /// The transaction ends.
        case fail(Failure, wasSent: Bool)
    }
}

extension DOEMailboxDriver.Activity {
    /// Whether Go was set or may have been; nil while idle.
    var wasSent: Bool? {
        switch self {
        case .idle: nil
        case .checking, .writing, .inspecting: false
        case .going, .taking, .consuming, .concluding: true
        case .aborting(let after): after.wasSent
        case .looking(let polling), .pausing(let polling):
            switch polling.goal {
            case .answer: true
            case .clear(let after): after.wasSent
            }
        }
    }
}

extension DOEMailboxDriver.AfterAbort {
    var wasSent: Bool {
        switch self {
        case .send: false
        case .fail(_, let wasSent): wasSent
        }
    }
}
