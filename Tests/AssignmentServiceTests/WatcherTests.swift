import Assignment
import AssignmentService
import PCIe
import Synchronization
import TDISP
import Testing

/// A watcher between a scripted platform, a scripted feed, and owners that only take notes.
@Suite struct WatcherTests {
    /// What happens around a watcher, and what it does.
    private final class Scene: NoticeFeed {
        let chronicle = Chronicle()
        let platform: ScriptedPlatform
        private let state = Mutex(State())
        /// Ends with who listens.
        private let (silence, kept) = AsyncStream<Void>.makeStream()

        private struct State {
            var news: [NoticeNews] = []
            var all: [WatchedDevice] = []
            var devices: [WatchedDevice]?
            var told: [WatchNews] = []
            var orders: [WatchOrder] = []
        }

        init(_ tdis: FunctionAddress..., suspicion: Suspicion = .none) {
            platform = ScriptedPlatform(chronicle)
            record(tdis.map { WatchedDevice(tdi: $0, dsm: Place.dsm(of: $0), since: 1, suspicion: suspicion) })
            for tdi in tdis { platform.set(tdi, .run) }
        }

        /// What the journal has when it is read next.
        func record(_ devices: [WatchedDevice]) {
            state.withLock { state in
                state.all = devices
                state.devices = devices
            }
        }

        /// What the platform has to tell when it is asked next.
        func tell(_ notices: Notice..., hasGap: Bool = false) {
            let items = notices.map { NoticeNews.Item(dsm: Place.one, notice: $0) }
            state.withLock { $0.news.append(NoticeNews(items: items, position: 1, hasGap: hasGap)) }
        }

        func news(after position: UInt64?, patience: UInt64) async throws(PlatformError) -> NoticeNews {
            if let news = state.withLock({ $0.news.isEmpty ? nil : $0.news.removeFirst() }) { return news }
            if patience > 0 { for await _ in silence {} }
            return NoticeNews(items: [], position: 1)
        }

        var told: [WatchNews] { state.withLock { $0.told } }
        var orders: [WatchOrder] { state.withLock { $0.orders } }

        func watcher(acts: Bool = true, hold: Gate? = nil, questionsPerRound: Int = 64) -> Watcher {
            var settings = Watcher.Settings()
            settings.acts = acts
            settings.questionsPerRound = questionsPerRound
            return Watcher(
                Watcher.Surroundings(
                    platform: platform, feed: self, now: { 5 },
                    recorded: { self.state.withLock { $0.devices.take() } },
                    carryOut: { orders in
                        self.state.withLock { $0.orders += orders }
                        await hold?.pass()
                        let home = Set(orders.filter(\.isFall).map(\.device.tdi))
                        self.record(self.state.withLock(\.all).filter { !home.contains($0.tdi) })
                    },
                    report: { news in
                        self.chronicle.add(.published(.marker))
                        self.state.withLock { $0.told.append(news) }
                    }), settings)
        }
    }

    @Test func `a device that is noticed to have failed is cut before anything is told, then ordered home`() async {
        let scene = Scene(Place.one)
        scene.tell(.device(Place.one, .driverTimeout))
        await scene.watcher().runOnce()
        let acts = scene.chronicle.entries.drop { $0 == .published(.marker) }
        #expect(acts.first == .performed(.cut, Place.one))
        let cut = CutAttempt(rank: .first, issuedAt: 5, report: EffectReport(.succeeded))
        #expect(scene.orders.map(\.observation) == [.driverTimeout] && scene.orders[0].cuts == [cut])
        #expect(scene.orders[0].isCut)
        #expect(scene.told.contains(.cut(Place.one, cut, delay: 0)))
        // It is an owner's now: nobody asks it.
        #expect(!scene.chronicle.effects(on: Place.one).contains(.askState))
    }

    @Test func `a cut that is not confirmed is followed by the next rank, with nobody's help`() async {
        let scene = Scene(Place.one)
        let failed = EffectReport(.failed(.other), "no")
        scene.platform.answer(.cut, failed, EffectReport(.unknown))
        scene.tell(.device(Place.one, .driverTimeout))
        await scene.watcher().runOnce()
        #expect(scene.chronicle.effects(on: Place.one) == [.cut, .cut, .cut])
        #expect(scene.orders[0].cuts.map(\.rank.rawValue) == [0, 1, 2])
        #expect(scene.orders[0].cuts.map(\.isConfirmed) == [false, false, true] && scene.orders[0].isCut)
        #expect(scene.told.contains(.cut(Place.one, scene.orders[0].cuts[0], delay: 0)))
    }

    @Test func `where no cut is confirmed the order says so`() async {
        let scene = Scene(Place.one)
        let failed = EffectReport(.failed(.other))
        scene.platform.answer(.cut, failed, failed, failed)
        scene.tell(.device(Place.one, .driverTimeout))
        await scene.watcher().runOnce()
        #expect(scene.orders.count == 1 && scene.orders[0].cuts.count == 3)
        #expect(scene.orders[0].isFall && !scene.orders[0].isCut)
    }

    @Test func `a cut that is not answered holds up nobody else's`() async {
        let scene = Scene(Place.one, Place.other)
        let gate = scene.platform.hold(.cut, on: Place.one)
        scene.tell(.device(Place.one, .driverTimeout))
        scene.tell(.device(Place.other, .driverTimeout))
        let watcher = scene.watcher()
        async let ended: Void = watcher.run()
        while !scene.orders.map(\.device.tdi).contains(Place.other) { await Task.yield() }
        #expect(scene.orders.map(\.device.tdi) == [Place.other])
        gate.open()
        await watcher.stop()
        await ended
        #expect(scene.orders.map(\.device.tdi) == [Place.other, Place.one])
    }

    @Test func `a lost connection cuts every device of that DSM and no other`() async {
        let scene = Scene(Place.one, Place.two, Place.other)
        scene.tell(.connection(.streamInsecure))
        await scene.watcher().runOnce()
        #expect(
            scene.chronicle.performed == [
                .performed(.cut, Place.one), .performed(.cut, Place.two), .performed(.askState, Place.other),
            ])
        #expect(scene.orders.map(\.device.tdi) == [Place.one, Place.two])
    }

    @Test func `weak signals add up to a cut, and all of them are handed on`() async {
        let scene = Scene(Place.one)
        scene.tell(
            .signal(Place.one, Signal(.ideCheck, at: 0)), .signal(Place.one, Signal(.pcrcCheck, from: .rootPort, at: 0))
        )
        await scene.watcher().runOnce()
        #expect(scene.chronicle.effects(on: Place.one).first == .cut)
        #expect(scene.orders.map(\.observation) == [.streamInsecure])
        #expect(scene.orders.first?.suspicion.tallies.map(\.kind) == [.ideCheck, .pcrcCheck])
    }

    @Test func `a suspect device is asked, and what it said is handed on without a cut`() async {
        let scene = Scene(Place.one)
        scene.tell(.signal(Place.one, Signal(.ideCheck, at: 0)))
        await scene.watcher().runOnce()
        #expect(Set(scene.chronicle.effects(on: Place.one)) == [.askState])
        #expect(scene.orders.map(\.isFall) == [false] && scene.orders[0].cuts.isEmpty)
    }

    @Test func `what was recorded to be noticed counts`() async {
        let known = SuspicionMachine.step(.none, Signal(.ideCheck, at: 5)).state
        let scene = Scene(Place.one, suspicion: known)
        scene.tell(.signal(Place.one, Signal(.ideCheck, at: 0)))
        await scene.watcher().runOnce()
        #expect(scene.chronicle.effects(on: Place.one).first == .cut)
    }

    @Test func `a device that answers ERROR when its turn comes is cut`() async {
        let scene = Scene(Place.one, Place.two)
        scene.platform.set(Place.two, .error)
        await scene.watcher().runOnce()
        #expect(scene.chronicle.effects(on: Place.one) == [.askState])
        #expect(scene.chronicle.effects(on: Place.two) == [.askState, .cut])
        #expect(scene.orders.map(\.observation) == [.state(.error)])
    }

    @Test func `told only to tell, it does nothing but ask`() async {
        let scene = Scene(Place.one)
        scene.tell(.device(Place.one, .sessionLost))
        await scene.watcher(acts: false).runOnce()
        #expect(scene.chronicle.effects(on: Place.one) == [.askState])
        #expect(scene.orders.isEmpty)
        let failed = scene.told.contains { if case .failed(Place.one, .sessionLost, _) = $0 { true } else { false } }
        #expect(failed)
    }

    @Test func `devices that are not watched are none of its business`() async {
        let scene = Scene(Place.one)
        scene.tell(.device(Place.two, .sessionLost))
        await scene.watcher().runOnce()
        #expect(scene.chronicle.effects(on: Place.two).isEmpty && scene.orders.isEmpty)
    }

    @Test func `where more was noticed than is kept, every device is asked`() async {
        let scene = Scene(Place.one, Place.two)
        scene.tell(hasGap: true)
        let watcher = scene.watcher(questionsPerRound: 0)
        async let ended: Void = watcher.run()
        while scene.chronicle.effects(on: Place.two).isEmpty { await Task.yield() }
        await watcher.stop()
        await ended
        #expect(scene.told.contains(.gap))
        #expect(scene.chronicle.effects(on: Place.one) == [.askState])
    }

    @Test func `a mute suspect holds up neither what is heard next nor the devices of another DSM`() async {
        let scene = Scene(Place.one, Place.two, Place.other)
        let mute = scene.platform.hold(.askState, on: Place.one)
        scene.tell(.signal(Place.one, Signal(.ideCheck, at: 0)))
        scene.tell(.device(Place.two, .driverTimeout))
        let watcher = scene.watcher()
        async let ended: Void = watcher.run()
        await mute.reached()
        while scene.orders.filter(\.isFall).isEmpty || scene.chronicle.effects(on: Place.other).isEmpty {
            await Task.yield()
        }
        #expect(scene.orders.filter(\.isFall).map(\.device.tdi) == [Place.two])
        mute.open()
        await watcher.stop()
        await ended
    }

    @Test func `told to stop, it ends what it began`() async {
        let scene = Scene(Place.one)
        let gate = Gate()
        scene.tell(.device(Place.one, .driverTimeout))
        let watcher = scene.watcher(hold: gate)
        async let ended: Void = watcher.run()
        await gate.reached()
        await watcher.stop()
        #expect(scene.chronicle.effects(on: Place.one).contains(.cut))
        gate.open()
        await ended
    }
}

extension DomainBinding {
    /// Stands for something that was told.
    fileprivate static let marker = DomainBinding(device: Place.one, domain: Place.web, phase: .private, epoch: .none)
}
