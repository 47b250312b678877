public import Assignment
import PCIe

/// Watches devices in private operation: listens to what the platform notices, asks what cannot be heard, and acts.
///
/// Once a device is believed to have fallen, its T=1 is cut: before anything is told, written or waited for, also for the
/// right to write the journal, which another manager may hold. Where a cut is not confirmed the next rank follows, down to the
/// one that needs nobody. Cuts are idempotent and need no record; bringing the device home is an owner's work, and is
/// ordered behind them.
public actor Watcher {
    /// How a watcher works.
    public struct Settings: Sendable {
        /// Time between two rounds of questions, and between two looks at the record.
        public var interval = Duration.seconds(1)
        /// How many devices are asked for their state in a round, in turn: the budget.
        public var questionsPerRound = 64
        /// Whether anything is done; otherwise it is only told.
        public var acts = true

        /// The usual settings.
        public init() {}
    }

    /// What a watcher works with.
    public struct Surroundings: Sendable {
        /// What is asked and cut.
        public var platform: any Platform
        /// What is listened to.
        public var feed: any NoticeFeed
        /// Nanoseconds, as the journal has them.
        public var now: @Sendable () -> UInt64
        /// The devices that are recorded in private operation; nil: nothing has changed since it was last asked.
        public var recorded: @Sendable () async -> [WatchedDevice]?
        /// Has owners carry out orders, and returns when that is done.
        public var carryOut: @Sendable ([WatchOrder]) async -> Void
        /// Called with everything that is to be told, in order.
        public var report: @Sendable (WatchNews) -> Void

        /// Creates surroundings.
        public init(
            platform: any Platform, feed: any NoticeFeed, now: @escaping @Sendable () -> UInt64,
            recorded: @escaping @Sendable () async -> [WatchedDevice]?,
            carryOut: @escaping @Sendable ([WatchOrder]) async -> Void,
            report: @escaping @Sendable (WatchNews) -> Void
        ) {
            self.platform = platform
            self.feed = feed
            self.now = now
            self.recorded = recorded
            self.carryOut = carryOut
            self.report = report
        }
    }

    private struct Watch {
        var device: WatchedDevice
        var suspicion: Suspicion
        /// Whether an order for it waits or is carried out: it is an owner's now.
        var isOrdered = false
    }

    private let world: Surroundings
    private let settings: Settings
    private var watches: [FunctionAddress: Watch] = [:]
    private var position: UInt64?
    /// Who is asked next.
    private var turn = 0
    private var orders: [WatchOrder] = []
    private var isStopping = false
    /// Cuts that are not answered yet. None holds up another device.
    private var cutting: [FunctionAddress: Task<Void, Never>] = [:]
    /// Who is to be asked for its state, by DSM; and who asks. One that does not answer holds up the TDIs of its own DSM only.
    private var questions: [FunctionAddress: [FunctionAddress]] = [:]
    private var asking: [FunctionAddress: Task<Void, Never>] = [:]
    /// Owners at work on orders.
    private var mending: Task<Void, Never>?
    /// Break off what only waits, when the watcher is to stop. No effect is ever broken off.
    private var waits: [UInt64: @Sendable () -> Void] = [:]
    private var waitNumber: UInt64 = 0

    /// Creates a watcher.
    public init(_ world: Surroundings, _ settings: Settings = Settings()) {
        self.world = world
        self.settings = settings
    }

    /// Watches until it is told to stop. What has been begun by then is brought to its end.
    public func run() async {
        await look()
        async let listening: Void = listen()
        async let inRounds: Void = askInRounds()
        _ = await (listening, inRounds)
        await finish()
    }

    /// Hears what nobody has taken yet, asks every device once, and brings to its end what comes of it.
    public func runOnce() async {
        await look()
        await hear(patience: 0)
        ask(watches.keys.sorted())
        await finish()
    }

    /// Waits for the end of what was begun.
    private func finish() async {
        while let work = cutting.values.first ?? asking.values.first ?? mending { await work.value }
    }

    /// Has ``run()`` return once what was begun is done.
    public func stop() {
        isStopping = true
        for breakOff in waits.values { breakOff() }
    }

    // MARK: Looking

    /// Takes over what is recorded. What was noticed meanwhile of a device that is where it was is kept.
    private func look() async {
        guard let recorded = await world.recorded() else { return }
        let before = watches
        watches = recorded.reduce(into: [:]) { watches, device in
            if let old = before[device.tdi], old.device.since == device.since {
                watches[device.tdi] = old
            } else {
                watches[device.tdi] = Watch(device: device, suspicion: device.suspicion)
            }
        }
        for (tdi, old) in before where old.isOrdered { watches[tdi]?.isOrdered = true }
        if watches.count != before.count || before.isEmpty { world.report(.watching(watches.count)) }
    }

    // MARK: Listening

    private func listen() async {
        while !isStopping { await hear(patience: 30_000_000_000) }
    }

    private func hear(patience: UInt64) async {
        let listening = Task { [feed = world.feed, position] () async -> Result<NoticeNews, PlatformError> in
            do throws(PlatformError) {
                return .success(try await feed.news(after: position, patience: patience))
            } catch {
                return .failure(error)
            }
        }
        let news: NoticeNews
        switch await waiting(listening) {
        case .success(let found): news = found
        case .failure(let error):
            guard !isStopping else { return }
            world.report(.unreachable(error.message))
            return await pause()
        }
        position = news.position
        weigh(news.items.flatMap(signals))
        if news.hasGap {
            world.report(.gap)
            ask(watches.keys.sorted())
        }
    }

    /// What a notice says of the devices that are watched.
    private func signals(_ item: NoticeNews.Item) -> [(FunctionAddress, Signal)] {
        let now = world.now()
        switch item.notice {
        case .device(let tdi, let observation): return [(tdi, Signal(SignalKind(observation), at: now))]
        case .signal(let tdi, let signal): return [(tdi, signal.heard(at: now))]
        case .connection(let loss):
            let kind = SignalKind(loss.observation)
            return watches.values.filter { $0.device.dsm == item.dsm }.map(\.device.tdi).sorted()
                .map { ($0, Signal(kind, at: now)) }
        }
    }

    // MARK: Asking

    private func askInRounds() async {
        while !isStopping {
            let all = watches.keys.sorted()
            if !all.isEmpty {
                let first = turn % all.count
                let round = (all[first...] + all[..<first]).prefix(settings.questionsPerRound)
                turn = first + round.count
                ask(Array(round))
            }
            await pause()
            await look()
        }
    }

    private func pause() async {
        if isStopping { return }
        let sleep = Task { [interval = settings.interval] in
            // Cancelled: the watcher is to stop.
            do { try await Task.sleep(for: interval) } catch { return }
        }
        await waiting(sleep)
    }

    /// Waits for what is broken off when the watcher is to stop.
    private func waiting<Value: Sendable>(_ task: Task<Value, Never>) async -> Value {
        waitNumber += 1
        let number = waitNumber
        waits[number] = { task.cancel() }
        defer { waits[number] = nil }
        return await task.value
    }

    /// Puts devices in line to be asked for their state. DSMs are asked side by side, the devices of each in turn.
    private func ask(_ tdis: [FunctionAddress]) {
        for tdi in tdis {
            guard let dsm = watches[tdi]?.device.dsm, questions[dsm]?.contains(tdi) != true else { continue }
            questions[dsm, default: []].append(tdi)
            if asking[dsm] == nil { asking[dsm] = Task { await askInLine(dsm) } }
        }
    }

    private func askInLine(_ dsm: FunctionAddress) async {
        while !isStopping, let tdi = questions[dsm]?.first {
            await ask(tdi)
            questions[dsm]?.removeFirst()
        }
        questions[dsm] = nil
        asking[dsm] = nil
    }

    /// Asks a device for its state. That it answers RUN clears nothing; that it does not answer is a sign of trouble.
    private func ask(_ tdi: FunctionAddress) async {
        guard let watch = watches[tdi], !watch.isOrdered, watch.device.isAsked else { return }
        let report = await world.platform.perform(.askState, on: tdi)
        let kind = report.state.map { SignalKind(.state($0)) } ?? .heartbeatMissed
        if kind != .answersRun { world.report(.answered(tdi, report)) }
        weigh([(tdi, Signal(kind, at: world.now()))], isAnswer: true)
    }

    // MARK: Weighing

    /// A signal of a watched device, and what is made of it.
    private struct Finding {
        let device: WatchedDevice
        let signal: Signal
        let suspicion: Suspicion
        let verdict: SuspicionMachine.Verdict

        /// What the device is believed to have come to.
        var fall: Observation? { if case .failed(let observation) = verdict { observation } else { nil } }
        /// Whether it says that something is wrong.
        var isTrouble: Bool { signal.kind.weight.meaning != nil }
    }

    /// Weighs signals, and has the T=1 of what has failed cut before anything else.
    private func weigh(_ signals: [(FunctionAddress, Signal)], isAnswer: Bool = false) {
        let findings = signals.compactMap { judge($0.1, of: $0.0) }
        let falls = settings.acts ? findings.compactMap(cut) : []
        findings.forEach(tell)
        for fall in falls { cutting[fall.device.tdi] = Task { await follow(fall) } }
        if settings.acts { order(findings) }
        if !isAnswer { ask(Set(findings.filter { $0.verdict == .suspect }.map(\.device.tdi)).sorted()) }
    }

    /// What a signal comes to, with all before it. A device that fell is an owner's from now on.
    private func judge(_ signal: Signal, of tdi: FunctionAddress) -> Finding? {
        guard var watch = watches[tdi], !watch.isOrdered else { return nil }
        let transition = SuspicionMachine.step(watch.suspicion, signal)
        watch.suspicion = transition.state
        if case .failed = transition.verdict, settings.acts { watch.isOrdered = true }
        watches[tdi] = watch
        return Finding(
            device: watch.device, signal: signal, suspicion: transition.state, verdict: transition.verdict)
    }

    /// A device that fell, and its cuts on their way.
    private struct Fall {
        let device: WatchedDevice
        let observation: Observation
        let suspicion: Suspicion
        let signalled: UInt64
        /// When its cut was issued.
        let time: UInt64
        let cuts: Task<[CutAttempt], Never>
    }

    /// Issues the first cut of what has failed.
    private func cut(_ finding: Finding) -> Fall? {
        guard let observation = finding.fall else { return nil }
        let (world, tdi) = (world, finding.device.tdi)
        let cuts = Task.immediate { await world.platform.cutByRank(tdi, now: world.now) }
        return Fall(
            device: finding.device, observation: observation, suspicion: finding.suspicion,
            signalled: finding.signal.time, time: world.now(), cuts: cuts)
    }

    private func tell(_ finding: Finding) {
        let tdi = finding.device.tdi
        if finding.isTrouble { world.report(.signal(tdi, finding.signal, finding.suspicion)) }
        if let fall = finding.fall { world.report(.failed(tdi, fall, finding.suspicion)) }
    }

    /// Waits for the cuts of a device, tells what became of them, and orders it home.
    private func follow(_ fall: Fall) async {
        let attempts = await fall.cuts.value
        for attempt in attempts {
            let delay = attempt.issuedAt >= fall.signalled ? attempt.issuedAt - fall.signalled : 0
            world.report(.cut(fall.device.tdi, attempt, delay: delay))
        }
        orders.append(
            WatchOrder(
                device: fall.device, suspicion: fall.suspicion, time: fall.time, observation: fall.observation,
                cuts: attempts))
        cutting[fall.device.tdi] = nil
        startMending()
    }

    /// Has owners hear of what did not fell its device.
    private func order(_ findings: [Finding]) {
        let weighed = findings.filter { $0.isTrouble && watches[$0.device.tdi]?.isOrdered == false }
        guard !weighed.isEmpty else { return }
        let now = world.now()
        orders += weighed.map {
            WatchOrder(device: $0.device, suspicion: $0.suspicion, time: now, observation: nil, cuts: [])
        }
        startMending()
    }

    // MARK: Mending

    private func startMending() {
        if mending == nil { mending = Task { await mend() } }
    }

    /// Has owners bring home what was cut, and hear what was noticed; one batch after the other.
    private func mend() async {
        while !orders.isEmpty {
            let batch = orders
            orders = []
            await world.carryOut(batch)
            await look()
            for order in batch where order.isFall { watches[order.device.tdi]?.isOrdered = false }
        }
        mending = nil
    }
}
