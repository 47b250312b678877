import Assignment
import Emulator
import PCIe
import TDISP
import Testing

/// Signs of trouble that a host counts, while nothing has come of them yet.
@Suite struct SignalTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
        host.convert(demo.vf0, for: demo.web1)
        host.convert(demo.vf1, for: demo.db1)
        _ = host.notices(demo.vf0)
    }

    private func errors(_ address: FunctionAddress) throws -> ErrorReportingCapability {
        let space = try host.space(address)
        return try #require(try ErrorReportingCapability(in: space))
    }

    @Test func `an error of the port is told for every locked interface behind it, and grows with each`() throws {
        host.happen(.signalled(demo.vf0, .ideCheck, at: .device, count: 2))
        host.happen(.signalled(demo.accelerator, .ideCheck, at: .device, count: 1))
        let signals = host.notices(demo.vf0).compactMap(\.signal)
        #expect(signals.map(\.tdi) == [demo.vf0, demo.vf1, demo.vf0, demo.vf1])
        #expect(signals.map(\.signal.reading) == [2, 2, 3, 3])
        #expect(try host.view(demo.vf0).state == .run)
        #expect(try host.stream(demo.vf0).isDeviceSecure)
    }

    @Test(arguments: [
        (SignalKind.ideCheck, ErrorReportingCapability.Uncorrectable.ideCheckFailed), (.misroutedIDE, .misroutedIDE),
        (.pcrcCheck, .pcrcCheckFailed), (.nonFatalErrors, .completionTimeout), (.fatalErrors, .dataLinkProtocol),
    ])
    func `an error shows in the status register of its end until it is written away`(
        _ kind: SignalKind, _ bit: ErrorReportingCapability.Uncorrectable
    ) throws {
        #expect(try errors(demo.accelerator).uncorrectable == [])
        host.happen(.signalled(demo.accelerator, kind, at: .device, count: 1))
        let shown = try errors(demo.accelerator)
        #expect(shown.uncorrectable == bit && shown.correctable == [])
        host.happen(
            .configurationWrite(demo.accelerator, offset: shown.uncorrectableOffset, width: 4, value: bit.rawValue))
        #expect(try errors(demo.accelerator).uncorrectable == [])
        #expect(try host.view(demo.vf0).state == .run)
    }

    @Test func `what is heard of one function concerns that one`() {
        host.happen(.signalled(demo.vf1, .driverErrors, at: nil, count: 1))
        let signals = host.notices(demo.vf1).compactMap(\.signal)
        #expect(signals.map(\.tdi) == [demo.vf1] && signals.map(\.signal.source) == [.guest])
    }

    @Test func `nobody is told of a function that has no lock to lose`() {
        host.happen(.signalled(demo.nvme, .ideCheck, at: nil, count: 1))
        #expect(host.notices(demo.nvme).isEmpty)
    }

    @Test func `a packet that fails its check is counted at the end where it did, beside the loss of the stream`() {
        host.happen(.integrityCheckFailed(demo.accelerator))
        let notices = host.notices(demo.vf0)
        #expect(notices.first == .connection(.streamInsecure))
        #expect(notices.compactMap(\.signal).map(\.signal.kind) == [.ideCheck, .ideCheck])
    }

    @Test func `error bits do not spoil the proof of return`() throws {
        host.happen(.signalled(demo.nvme, .correctableErrors, at: .device, count: 1))
        host.convert(demo.nvme, for: demo.db1)
        host.happen(.signalled(demo.nvme, .ideCheck, at: .device, count: 1))
        for effect in [AssignmentEffect.cut(.first), .stop, .reset(.function), .restoreConfiguration, .proveReturn] {
            #expect(host.perform(effect, demo.nvme).outcome == .succeeded, "\(effect)")
        }
    }

    @Test func `who listens is told what was noticed, whether or not somebody took it`() throws {
        let start = host.news(after: nil)
        #expect(start.items.isEmpty)
        host.happen(.driverHangs(demo.vf0, true))
        let untaken = host.news(after: nil)
        #expect(untaken.items.map(\.notice) == [.device(demo.vf0, .driverTimeout)])
        _ = host.notices(demo.vf0)
        #expect(host.news(after: nil).items.isEmpty)
        let news = host.news(after: start.position)
        #expect(news.items.map(\.notice) == [.device(demo.vf0, .driverTimeout)] && !news.hasGap)
        #expect(host.news(after: news.position).items.isEmpty)
        // Of another host, or of more than is kept.
        #expect(host.news(after: news.position + 1).hasGap)
    }
}

/// Listening to a host that is at work.
@Suite struct `Listening to an emulated host` {
    @Test func `waits until something is noticed`() async throws {
        let host = try EmulatedHost(Topology.demo(), entropy: SeededEntropy(seed: 1))
        let start = await host.news(after: nil, patience: 0)
        let nvme = try Demo().nvme
        async let news = host.news(after: start.position, patience: 60_000_000_000)
        _ = await host.perform(AssignmentEffect.releaseHostDriver, on: nvme)
        await host.withModel { $0.inject(.event(.deviceGone(nvme))) }
        #expect(await news.items.first?.notice == .device(nvme, .deviceGone))
    }

    @Test func `ends without news when the patience is over`() async throws {
        let host = try EmulatedHost(Topology.demo(), entropy: SeededEntropy(seed: 1))
        let start = await host.news(after: nil, patience: 0)
        let news = await host.news(after: start.position, patience: 1)
        #expect(news.items.isEmpty && news.position == start.position)
    }
}

extension Notice {
    fileprivate var signal: (tdi: FunctionAddress, signal: Signal)? {
        if case .signal(let tdi, let signal) = self { (tdi, signal) } else { nil }
    }
}
