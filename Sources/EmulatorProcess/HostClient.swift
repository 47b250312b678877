public import Assignment
public import Emulator
public import PCIe

/// The emulated host as a platform: every call is one request to its process.
public actor HostClient: Platform, NoticeFeed {
    private let path: String
    private var socket: FrameSocket?

    /// A client of the host that serves the socket at `path`. Nothing is sent yet.
    public init(path: String) { self.path = path }

    deinit { socket?.close() }

    // MARK: Platform

    /// The whole host as it is now.
    public func snapshot() async throws(PlatformError) -> HostSnapshot {
        guard case .snapshot(let snapshot) = try await ask(.snapshot) else { throw Self.misunderstood }
        return snapshot
    }

    /// One function and one domain; nothing when the host does not answer.
    public func facts(about function: FunctionAddress, _ domain: DomainID?) async -> (FunctionFacts?, DomainFacts?) {
        do throws(PlatformError) {
            guard case .facts(let facts, let domain) = try await ask(.facts(function, domain)) else {
                throw Self.misunderstood
            }
            return (facts, domain)
        } catch {
            return (nil, nil)
        }
    }

    /// Carries out one effect. An answer that does not come is an unknown outcome.
    public func perform(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        await report(.perform(effect, tdi))
    }

    /// Carries out one effect of a connection.
    public func perform(_ effect: ConnectionEffect, on dsm: FunctionAddress) async -> EffectReport {
        await report(.performConnection(effect, dsm))
    }

    /// Collects evidence under a nonce.
    public func collectEvidence(from tdi: FunctionAddress, epoch: LockEpoch, nonce: [UInt8]) async -> EvidenceReport {
        do throws(PlatformError) {
            guard case .evidence(let evidence) = try await ask(.collectEvidence(tdi, epoch, nonce: nonce)) else {
                throw Self.misunderstood
            }
            return evidence
        } catch {
            return EvidenceReport(EffectReport(.unknown, error.message))
        }
    }

    /// What was noticed; a host that does not answer has noticed nothing that we could know.
    public func notices(of dsm: FunctionAddress) async -> [Notice] {
        do throws(PlatformError) {
            guard case .notices(let notices) = try await ask(.notices(dsm)) else { throw Self.misunderstood }
            return notices
        } catch {
            return []
        }
    }

    /// Shows an operator of the domain where the device is.
    public func publish(_ binding: DomainBinding) async -> EffectReport {
        await report(.publish(binding))
    }

    /// What was noticed behind a position, as soon as there is something.
    public func news(after position: UInt64?, patience: UInt64) async throws(PlatformError) -> NoticeNews {
        guard case .news(let news) = try await ask(.news(after: position, patience: patience)) else {
            throw Self.misunderstood
        }
        return news
    }

    // MARK: Inspection

    /// Who the host is. Throws `unsupported` when it speaks another version than we do.
    public func hello() async throws(PlatformError) -> HostGreeting {
        guard case .hello(let greeting) = try await ask(.hello) else { throw Self.misunderstood }
        guard greeting.version == HostGreeting.currentVersion else {
            throw PlatformError(
                .unsupported,
                "the running emulated host (process \(greeting.process)) is of another tdispctl; stop it: tdispctl emulate stop"
            )
        }
        return greeting
    }

    /// One function, looked at from all sides.
    public func inspect(_ function: FunctionAddress) async throws(PlatformError) -> HostInspection {
        guard case .inspection(let inspection) = try await ask(.inspect(function)) else { throw Self.misunderstood }
        return inspection
    }

    /// The path of one DMA, step by step.
    public func explain(_ question: DMAQuestion, of function: FunctionAddress) async throws(PlatformError)
        -> DMAExplanation
    {
        guard case .explanation(let explanation) = try await ask(.explain(function, question)) else {
            throw Self.misunderstood
        }
        return explanation
    }

    /// How all that a guest's driver can give a function looks from inside its VM.
    public func guestView(of function: FunctionAddress) async throws(PlatformError) -> GuestOverview {
        guard case .guestView(let view) = try await ask(.guestView(function)) else { throw Self.misunderstood }
        return view
    }

    /// Whose the memory is.
    public func memory() async throws(PlatformError) -> MemoryView {
        guard case .memory(let memory) = try await ask(.memory) else { throw Self.misunderstood }
        return memory
    }

    /// The domain's XML as libvirt has it.
    public func domainXML(_ domain: DomainID) async throws(PlatformError) -> String {
        guard case .text(let xml) = try await ask(.domainXML(domain)) else { throw Self.misunderstood }
        return xml
    }

    /// The last protocol messages, oldest first. Keys and nonces in them are zeros.
    public func messages(last count: Int) async throws(PlatformError) -> [TracedMessage] {
        guard case .messages(let messages) = try await ask(.messages(last: count)) else { throw Self.misunderstood }
        return messages
    }

    /// Lets something go wrong, on purpose. Returns why it did not happen; nil: it did, or waits for its moment.
    @discardableResult
    public func inject(_ fault: InjectedFault) async throws(PlatformError) -> EventRefusal? {
        switch try await ask(.inject(fault)) {
        case .done: return nil
        case .notDone(let refusal): return refusal
        case .hello, .snapshot, .facts, .report, .evidence, .notices, .news, .inspection, .explanation, .guestView,
            .memory, .text, .messages, .faults, .refused:
            throw Self.misunderstood
        }
    }

    /// The faults that wait for their moment, their occurrences counted from now.
    public func waitingFaults() async throws(PlatformError) -> [InjectedFault] {
        guard case .faults(let faults) = try await ask(.waitingFaults) else { throw Self.misunderstood }
        return faults
    }

    /// Lets virtual time pass.
    public func advance(nanoseconds: UInt64) async throws(PlatformError) {
        guard case .done = try await ask(.advance(nanoseconds: nanoseconds)) else { throw Self.misunderstood }
    }

    /// Ends the host's process. Its devices and domains are gone with it.
    public func shutDown() async throws(PlatformError) {
        _ = try await ask(.shutDown)
    }

    // MARK: Asking

    /// How long an answer may take. Whoever waits longer does not know what became of the request. What others wait behind,
    /// or what is tried by other means when it is not confirmed, gets little time.
    private static func deadline(of request: HostRequest) -> Duration {
        switch request {
        case .perform(.cut, _), .perform(.askState, _): .seconds(5)
        default:
            // Whatever takes long on a host takes less than this.
            .seconds(120)
        }
    }

    private static let misunderstood = PlatformError(.unsupported, "the emulated host gave an answer of another kind")

    private func report(_ request: HostRequest) async -> EffectReport {
        do throws(PlatformError) {
            guard case .report(let report) = try await ask(request) else { throw Self.misunderstood }
            return report
        } catch {
            return EffectReport(.unknown, error.message)
        }
    }

    private func ask(_ request: HostRequest) async throws(PlatformError) -> HostReply {
        let reply: HostReply
        do throws(FrameError) {
            reply = try await exchange(request)
        } catch {
            throw PlatformError(.unreachable, "the emulated host does not answer: \(error)")
        }
        if case .refused(let error) = reply { throw error }
        return reply
    }

    /// One request, one answer. The actor may be re-entered while it waits; a second caller then takes a connection of its
    /// own, so that answers never cross.
    private func exchange(_ request: HostRequest) async throws(FrameError) -> HostReply {
        let idle = socket
        socket = nil
        let mine: FrameSocket
        if let idle { mine = idle } else { mine = try await FrameSocket.connect(to: path) }
        do throws(FrameError) {
            let reply = try await Self.answer(to: request, over: mine).get()
            if socket == nil { socket = mine } else { mine.close() }
            return reply
        } catch {
            mine.close()
            throw error
        }
    }

    /// The answer, or the deadline, whichever is first.
    private static func answer(
        to request: HostRequest, over socket: FrameSocket
    ) async -> Result<HostReply, FrameError> {
        await withTaskGroup { group in
            group.addTask { await reply(to: request, over: socket) }
            group.addTask {
                // Cancelled: the answer came, or nobody waits for it any more.
                let deadline = deadline(of: request)
                do { try await Task.sleep(for: deadline) } catch { return .failure(.closed) }
                return .failure(.overdue(deadline))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.closed)
        }
    }

    private static func reply(
        to request: HostRequest, over socket: FrameSocket
    ) async -> Result<HostReply, FrameError> {
        do throws(FrameError) {
            try await socket.write(request)
            guard let reply = try await socket.read(HostReply.self) else { return .failure(.closed) }
            return .success(reply)
        } catch {
            return .failure(error)
        }
    }
}
