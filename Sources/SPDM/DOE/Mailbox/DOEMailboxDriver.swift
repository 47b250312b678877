public import PCIe
public import WireBytes

/// The host's side of a DOE mailbox: carries one object there and the answer back, register by register (PCIe 6.0,
/// 6.30.2).
///
/// ```
///          begin            empty                     all written          clear
///   idle --------> checking ------> writing (n times) ------------> inspecting ------> going
///                     |                ^                                |                |
///                     | may not be     | clear                not clear |                v
///                     +-----------> aborting <--------------------------+     looking, pausing (bounded)
///                                                                                        | Ready
///   idle <--- consuming <--- concluding <--- taking, consuming (n - 1 times), taking <---+
///
///   Error, no answer in time, an answer too long or lost: aborting, then idle with the failure
/// ```
///
/// **Retries.** Until Go is set the device has seen nothing: what it finds in the mailbox is aborted, and an object that
/// the mailbox did not take is written a second time, once. From Go on nothing is repeated, as the device may have acted
/// on the object: the failure says so (``Result/failed(_:wasSent:)``), and the caller decides what is safe to ask again.
///
/// **Bounds.** Every wait is counted in polls; the host's clock is the owner's.
public struct DOEMailboxDriver: Hashable, Sendable {
    /// The bounds it keeps.
    public let limits: Limits
    /// What it is doing.
    public internal(set) var activity: Activity
    /// Whether the mailbox is known to hold nothing: so after an answer that was read to its end.
    public internal(set) var isMailboxEmpty: Bool

    /// The bounds of a transaction.
    public struct Limits: Hashable, Sendable {
        /// Microseconds between two looks at the status.
        public var pollInterval: UInt32
        /// How many looks for an answer.
        public var answerPolls: UInt32
        /// How many looks whether an abort is done.
        public var abortPolls: UInt32
        /// The longest answer taken, in bytes.
        public var capacity: Int

        /// Creates bounds; the times are the second that the specification gives a device for each.
        public init(
            pollInterval: UInt32 = 1000, answerPolls: UInt32 = 1000, abortPolls: UInt32 = 1000, capacity: Int = 65536
        ) {
            self.pollInterval = pollInterval
            self.answerPolls = answerPolls
            self.abortPolls = abortPolls
            self.capacity = capacity
        }
    }

    /// What goes in. Every effect but `finish` and `refuse` ends in exactly one of these.
    public enum Event: Hashable, Sendable {
        /// Carry this object. Only while idle.
        case begin([UInt8])
        /// What the register holds.
        case value(UInt32)
        /// The register was written.
        case written
        /// The wait is over.
        case waited
        /// The register cannot be accessed.
        case unreachable
    }

    /// What comes out.
    public enum Effect: Hashable, Sendable {
        /// Nothing: nobody waits for the event.
        case none
        /// Read a register.
        case read(DOEMailbox.Register)
        /// Write a register.
        case write(DOEMailbox.Register, UInt32)
        /// Wait this long.
        case wait(microseconds: UInt32)
        /// The transaction is over.
        case finish(Result)
        /// Another transaction is running, and goes on.
        case refuse
    }

    /// How a transaction ended.
    public enum Result: Hashable, Sendable {
        /// The object that answers.
        case answered([UInt8])
        /// Why there is none. If the object was sent, the device may have acted on it.
        case failed(Failure, wasSent: Bool)
    }

    /// What went wrong.
    public enum Failure: Error, Hashable, Sendable {
        /// What was to be sent is not a whole object.
        case notAnObject(WireError)
        /// Busy, Error or an old answer do not go away.
        case stuck(DOECapability.Status)
        /// The device set Error.
        case errorSet
        /// The answer went away while it was read: somebody else aborted.
        case answerLost
        /// The device did not answer in time.
        case noAnswer
        /// The answer's header makes no sense.
        case malformedAnswer(WireError)
        /// The answer is longer, in bytes, than the limit.
        case answerTooLong(Int)
        /// The registers read as all ones or cannot be accessed: the device is gone.
        case gone
    }

    /// Exactly one next state and one effect.
    public struct Transition: Hashable, Sendable {
        /// The next state.
        public var next: DOEMailboxDriver
        /// What the owner does.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: DOEMailboxDriver, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    /// Creates an idle driver.
    public init(limits: Limits = Limits()) {
        self.limits = limits
        activity = .idle
        isMailboxEmpty = false
    }

    /// Takes an event. One that nobody waits for changes nothing.
    public static func step(_ driver: DOEMailboxDriver, _ event: Event) -> Transition {
        switch (event, driver.activity) {
        case (.begin(let object), .idle): driver.begin(object)
        case (.begin, _): Transition(driver, .refuse)
        case (.unreachable, let activity):
            activity.wasSent.map { driver.fail(.gone, wasSent: $0) }
                ?? Transition(driver, .none)
        case (.value(let value), let activity): driver.take(value, activity)
        case (.written, let activity): driver.wrote(activity)
        case (.waited, .pausing(let polling)): driver.look(polling)
        case (.waited, _): Transition(driver, .none)
        }
    }
}
