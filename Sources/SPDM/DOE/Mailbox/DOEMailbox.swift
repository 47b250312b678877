internal import PCIe

/// The device's side of a DOE mailbox for CMA/SPDM (PCIe 6.0, 6.30.2 and 7.9.24): register accesses go in, whole messages
/// come out. It raises no interrupts.
///
/// ```
///               Go: a message                  answered
///   receiving ------------------> processing ------------> answering
///    ^ ^ ^ |  Go: discovery                                 ^   |
///    | | | +------------------------------------------------+   |
///    | | +------------------------------------------------------+ the last DWORD is taken
///    | +--- Abort, from every state
///    +----- Go: an object of another length than it says
///
///   failed: too long, unanswerable, or written to while it is busy; only Abort leads out
/// ```
///
/// - An object whose DWORDs are not as many as it says is silently discarded, as the specification demands.
/// - What cannot be answered (an unknown type, a message that SPDM leaves without an answer) sets Error: the host learns
///   it at once instead of after its time-out.
public struct DOEMailbox: Hashable, Sendable {
    /// The registers that take part in a transfer.
    public enum Register: Hashable, Sendable, CaseIterable {
        /// DOE Control.
        case control
        /// DOE Status.
        case status
        /// DOE Write Data Mailbox.
        case writeMailbox
        /// DOE Read Data Mailbox.
        case readMailbox
    }

    /// The longest object that it takes, in bytes.
    public let capacity: Int
    /// What it is doing.
    public internal(set) var activity: Activity
    /// The number of the message that was handed out last.
    public internal(set) var number: UInt32

    /// What it is doing.
    public enum Activity: Hashable, Sendable {
        /// Taking an object.
        case receiving(Receiving)
        /// Waiting for the answer to a message. Busy is set.
        case processing
        /// Showing an object. Data Object Ready is set.
        case answering(Answering)
        /// Error is set.
        case failed
    }

    /// An object is being written.
    public struct Receiving: Hashable, Sendable {
        /// What was written so far.
        public let bytes: [UInt8]
    }

    /// An object is being read.
    public struct Answering: Hashable, Sendable {
        /// The object.
        public let object: [UInt8]
        /// Offset of the DWORD that the read mailbox shows.
        public let offset: Int

        var dword: UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(object[offset + $1]) << UInt32(8 * $1) }
        }
    }

    /// What goes in.
    public enum Event: Hashable, Sendable {
        /// The host writes a register.
        case write(Register, UInt32)
        /// The answer to the message of this number.
        case answered(TransportMessage, to: UInt32)
        /// The message of this number gets no answer.
        case unanswered(UInt32)
    }

    /// What comes out.
    public enum Effect: Hashable, Sendable {
        /// Nothing.
        case none
        /// Process the message, padded as the object was; `answered` or `unanswered` follows, with its number.
        case process(TransportMessage, number: UInt32)
        /// The host gave the message of this number up: its answer is of no interest, and not taken.
        case abandon(UInt32)
    }

    /// Exactly one next state and one effect.
    public struct Transition: Hashable, Sendable {
        /// The next state.
        public var next: DOEMailbox
        /// What the owner does.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: DOEMailbox, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    /// Creates an empty mailbox. `capacity` is in bytes; a step costs a copy of what was written, so it is kept to what
    /// the device's messages need.
    public init(capacity: Int = 8192) {
        self.capacity = min(capacity, DOEObject.maximumSize)
        activity = .receiving(Receiving(bytes: []))
        number = 0
    }

    /// What the host reads from a register. Reading changes nothing.
    public func value(of register: Register) -> UInt32 {
        switch (register, activity) {
        case (.status, .processing): DOECapability.Status.busy.rawValue
        case (.status, .answering): DOECapability.Status.dataObjectReady.rawValue
        case (.status, .failed): DOECapability.Status.error.rawValue
        case (.readMailbox, .answering(let answering)): answering.dword
        case (.status, .receiving), (.readMailbox, .receiving), (.readMailbox, .processing), (.readMailbox, .failed),
            (.control, _), (.writeMailbox, _):
            0
        }
    }

    /// Takes an event. Writes that mean nothing in a state, and answers to other messages than the present one, change
    /// nothing.
    public static func step(_ mailbox: DOEMailbox, _ event: Event) -> Transition {
        switch event {
        case .write(.control, let value): mailbox.control(DOECapability.Control(rawValue: value))
        case .write(.writeMailbox, let dword): mailbox.take(dword)
        case .write(.readMailbox, _): mailbox.showNext()
        case .write(.status, _): Transition(mailbox, .none)
        case .answered(let message, let number): mailbox.answer(message, to: number)
        case .unanswered(let number): mailbox.answer(nil, to: number)
        }
    }
}

extension DOEMailbox {
    private func moved(to activity: Activity, _ effect: Effect = .none) -> Transition {
        var next = self
        next.activity = activity
        return Transition(next, effect)
    }

    private static let empty = Activity.receiving(Receiving(bytes: []))

    /// What ends a message that is being processed.
    private var abandonment: Effect { activity == .processing ? .abandon(number) : .none }

    private func control(_ control: DOECapability.Control) -> Transition {
        guard !control.contains(.abort) else { return moved(to: Self.empty, abandonment) }
        guard control.contains(.go), case .receiving(let receiving) = activity else { return Transition(self, .none) }
        switch DOERequest(decoding: receiving.bytes.span) {
        case .discovery(let request): return show(try? DOEDiscovery.Response(to: request).doeObject())
        case .message(let message):
            var next = self
            next.number &+= 1
            next.activity = .processing
            return Transition(next, .process(message, number: next.number))
        case .unsupported: return moved(to: .failed)
        case .malformed: return moved(to: Self.empty)
        }
    }

    private func take(_ dword: UInt32) -> Transition {
        switch activity {
        case .receiving(let receiving):
            guard receiving.bytes.count + 4 <= capacity else { return moved(to: .failed) }
            let bytes = (0..<4).map { UInt8(truncatingIfNeeded: dword >> UInt32(8 * $0)) }
            return moved(to: .receiving(Receiving(bytes: receiving.bytes + bytes)))
        case .processing, .answering, .failed: return moved(to: .failed, abandonment)
        }
    }

    private func showNext() -> Transition {
        guard case .answering(let answering) = activity else { return Transition(self, .none) }
        let offset = answering.offset + 4
        guard offset < answering.object.count else { return moved(to: Self.empty) }
        return moved(to: .answering(Answering(object: answering.object, offset: offset)))
    }

    private func answer(_ message: TransportMessage?, to number: UInt32) -> Transition {
        guard activity == .processing, number == self.number else { return Transition(self, .none) }
        return show(try? message?.doeObject())
    }

    /// Shows an object; without one, Error.
    private func show(_ object: [UInt8]?) -> Transition {
        guard let object else { return moved(to: .failed) }
        return moved(to: .answering(Answering(object: object, offset: 0)))
    }
}
