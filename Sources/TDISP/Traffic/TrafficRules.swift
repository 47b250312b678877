public import PCIe

/// Which TLPs an interface accepts and how it marks its own, in each state (TDISP 1.0, TLP rules).
///
/// Pure decisions: nothing here changes a state, and a reject by itself never leads to ERROR.
public enum TrafficRules {
    /// What the rules need to know about the interface.
    public struct Interface: Hashable, Sendable {
        /// The state whose rules hold: ``TDI/trafficState``.
        public var state: TDIState
        /// Streams bound to the interface: the default stream and, in RUN, the peer-to-peer streams. Nil where the
        /// platform protects the path without IDE.
        public var boundStreams: Set<StreamID>?
        /// The stream of T=1 traffic that is not peer-to-peer; nil without IDE.
        public var defaultStream: StreamID?
        /// Whether MSI-X table and pending bits are locked and reported.
        public var locksMSIX: Bool

        /// Creates a description.
        public init(state: TDIState, boundStreams: Set<StreamID>?, defaultStream: StreamID?, locksMSIX: Bool) {
            self.state = state
            self.boundStreams = boundStreams
            self.defaultStream = defaultStream
            self.locksMSIX = locksMSIX
        }
    }

    /// What an inbound packet is about.
    public enum Inbound: Hashable, Sendable, CaseIterable {
        /// A memory request to MMIO with IS_NON_TEE_MEM = 0.
        case teeMemory
        /// A memory request to MMIO with IS_NON_TEE_MEM = 1.
        case nonTEEMemory
        /// A configuration request.
        case configuration
        /// A completion to the interface's own memory request.
        case completion
        /// A completion to its translation request.
        case translationCompletion
        /// A response to its page request.
        case pageResponse
        /// An ATS invalidation.
        case invalidation
        /// A vendor-defined PCIe message for the interface.
        case vendorMessage
    }

    /// What becomes of an inbound packet.
    public enum Verdict: Hashable, Sendable {
        /// Handled as usual.
        case accept
        /// Received as usual, then dropped; a non-posted request may be answered UR.
        case reject
        /// Dropped, and the interface goes to ERROR.
        case violate(TDI.Incident)
    }

    /// What an interface wants to send.
    public enum Outbound: Hashable, Sendable {
        /// An untranslated memory request.
        case memory
        /// A memory request to another device, whose address matches this bound stream.
        case peerMemory(StreamID)
        /// A translated memory request.
        case translatedMemory
        /// An MSI.
        case msi
        /// An MSI-X interrupt.
        case msiX
        /// An ATS translation request.
        case translationRequest
        /// A page request.
        case pageRequest
        /// The completion of an invalidation, which repeats the stream and T of its request.
        case invalidationCompletion(TBit, StreamID?)
        /// A vendor-defined PCIe message of the interface.
        case vendorMessage
    }

    /// How a packet leaves, if it may.
    public enum Emission: Hashable, Sendable {
        /// Marked so, on this stream.
        case emit(TBit, StreamID?)
        /// It stays.
        case suppress
    }

    /// Whether the interface accepts a packet.
    public static func inbound(_ kind: Inbound, tBit: TBit, stream: StreamID?, to interface: Interface) -> Verdict {
        switch kind {
        case .configuration, .nonTEEMemory, .invalidation: .accept
        case .teeMemory: teeMemory(tBit, stream, interface)
        case .vendorMessage: vendorMessageBit(interface.state) == tBit ? .accept : .reject
        case .completion: receivesCompletions(interface.state) ? .accept : .reject
        case .translationCompletion: answer(isTrusted: tBit == .trusted, or: .untrustedTranslation, interface.state)
        case .pageResponse:
            answer(
                isTrusted: tBit == .trusted && interface.isBound(stream), or: .untrustedPageResponse, interface.state)
        }
    }

    /// How the interface sends a packet.
    public static func outbound(_ kind: Outbound, from interface: Interface) -> Emission {
        switch kind {
        case .memory, .translatedMemory, .translationRequest, .pageRequest: memory(interface.defaultStream, interface)
        case .peerMemory(let stream):
            memory(interface.boundStreams?.contains(stream) == true ? stream : interface.defaultStream, interface)
        case .msi: interrupt(isLocked: false, interface)
        case .msiX: interrupt(isLocked: interface.locksMSIX, interface)
        case .invalidationCompletion(let tBit, let stream): .emit(tBit, stream)
        case .vendorMessage:
            switch vendorMessageBit(interface.state) {
            case .untrusted: .emit(.untrusted, nil)
            case .trusted: .emit(.trusted, interface.defaultStream)
            }
        }
    }

    /// T=1 reaches MMIO only in RUN and over a bound stream; T=0 only while nothing is locked.
    private static func teeMemory(_ tBit: TBit, _ stream: StreamID?, _ interface: Interface) -> Verdict {
        switch (interface.state, tBit) {
        case (.configUnlocked, .untrusted): .accept
        case (.run, .trusted): interface.isBound(stream) ? .accept : .reject
        case (.configUnlocked, .trusted), (.configLocked, _), (.run, .untrusted), (.error, _): .reject
        }
    }

    /// No request of the interface is outstanding in CONFIG_LOCKED, and in ERROR nothing that comes back counts. The T
    /// bit of a completion is not looked at.
    private static func receivesCompletions(_ state: TDIState) -> Bool {
        switch state {
        case .configUnlocked, .run: true
        case .configLocked, .error: false
        }
    }

    private static func answer(isTrusted: Bool, or incident: TDI.Incident, _ state: TDIState) -> Verdict {
        switch state {
        case .configUnlocked: .accept
        case .run: isTrusted ? .accept : .violate(incident)
        case .configLocked, .error: .reject
        }
    }

    private static func memory(_ stream: StreamID?, _ interface: Interface) -> Emission {
        switch interface.state {
        case .configUnlocked: .emit(.untrusted, nil)
        case .run: .emit(.trusted, stream)
        case .configLocked, .error: .suppress
        }
    }

    private static func interrupt(isLocked: Bool, _ interface: Interface) -> Emission {
        switch interface.state {
        case .configUnlocked, .configLocked: .emit(.untrusted, nil)
        case .run: isLocked ? .emit(.trusted, interface.defaultStream) : .emit(.untrusted, nil)
        case .error: .suppress
        }
    }

    private static func vendorMessageBit(_ state: TDIState) -> TBit {
        switch state {
        case .configUnlocked: .untrusted
        case .configLocked, .run, .error: .trusted
        }
    }
}

extension TrafficRules.Interface {
    /// Describes a TDI. Without IDE (`requiresIDE` false) no stream is looked at or named.
    public init(_ tdi: TDI, requiresIDE: Bool = true) {
        let lock = tdi.lock
        self.init(
            state: tdi.trafficState,
            boundStreams: requiresIDE ? tdi.boundStreams : nil,
            defaultStream: requiresIDE ? lock?.request.defaultStream : nil,
            locksMSIX: lock?.report.locksMSIX ?? false)
    }

    /// Whether the stream is bound to the interface, as far as it needs one.
    fileprivate func isBound(_ stream: StreamID?) -> Bool {
        guard let boundStreams else { return true }
        guard let stream else { return false }
        return boundStreams.contains(stream)
    }
}
