import Assignment
import AssignmentService
import Attestation
import Emulator
import Foundation
import PCIe
import Synchronization

/// From a sign of trouble to the cut, and from there home, on a host with many devices in private operation; and what it costs
/// to ask them.
enum DetectionBenchmark {
    private static let devices = 1000
    private static let failures = 200

    static func figures() async throws -> [Figure] {
        let scene = try await WatchedHost(devices: devices)
        let round = await scene.round()
        let delay = try Distribution(await scene.fail(failures))
        let name = "link lost to T=1 revoked (request issued), \(devices) private"
        let figures = [
            Figure(group: "detection", name: "\(name), p50", value: delay.median, unit: .microseconds),
            Figure(
                group: "detection", name: "\(name), p99", value: delay.quantile(0.99), unit: .microseconds,
                target: .atMost(5000, delay.quantile(0.99))),
            Figure(
                group: "detection", name: "asking for the state, per device and round", value: round,
                unit: .microseconds),
        ]
        return try figures + scene.rungs()
    }
}

/// A host of devices that are all in private operation, a watcher, and owners behind it.
private final class WatchedHost: Sendable {
    private let topology: Topology
    private let host: EmulatedHost
    private let platform: TimedPlatform
    private let service: AssignmentService
    private let log = StepLog()

    init(devices: Int) async throws {
        topology = .uniform(devices: devices)
        host = try EmulatedHost(topology, entropy: SeededEntropy(seed: 1), traceCapacity: 0)
        platform = TimedPlatform(host)
        service = try AssignmentService(
            world: World(
                platform: platform, journal: VolatileJournal(), judge: { $0.judged(by: BuiltInVerdict()) },
                nonce: { [UInt8](repeating: 7, count: 32) }, now: { UInt64(TimeSource.wall.now) },
                report: { [log] in log.take($0) }))
        for (index, device) in topology.devices.enumerated() {
            let domain = topology.domains[index / 100].id
            let result = await service.run(
                .convert(domain, StandingOrders()), on: device.address, dsm: device.address)
            try require(result.state.phase == .private, "\(device.address) is not private: \(result.end)")
        }
        log.forget()
    }

    private func record() -> Record {
        Record(
            topology.devices.map {
                WatchedDevice(tdi: $0.address, dsm: $0.address, since: 1, suspicion: .none)
            })
    }

    private func watcher(
        _ record: Record, _ carryOut: @escaping @Sendable ([WatchOrder]) async -> Void
    ) -> Watcher {
        Watcher(
            Watcher.Surroundings(
                platform: platform, feed: host, now: { UInt64(TimeSource.wall.now) }, recorded: { record.take() },
                carryOut: carryOut, report: { _ in }))
    }

    /// Microseconds for each device of a round in which all are asked.
    func round() async -> Double {
        let start = TimeSource.wall.now
        await watcher(record()) { _ in }.runOnce()
        return (TimeSource.wall.now - start) / 1000 / Double(topology.devices.count)
    }

    /// Takes the links of so many devices down, one after the other; gives microseconds from each loss to the cut of T=1.
    func fail(_ count: Int) async throws -> [Double] {
        let losses = await lose((0..<count).map { topology.devices[$0 * topology.devices.count / count].address })
        return try losses.map { loss in
            try require(loss.end == .attached, "\(loss.tdi) was not brought home: \(loss.end)")
            return (try platform.timeOfCut(of: loss.tdi) - loss.time) / 1000
        }
    }

    /// A link that was lost, when, and where its device was when the watcher had dealt with it.
    private struct Loss {
        let tdi: FunctionAddress
        let time: Double
        let end: Phase
    }

    private func lose(_ links: [FunctionAddress]) async -> [Loss] {
        let (ends, end) = AsyncStream<Void>.makeStream()
        let record = record()
        let watcher = watcher(record) { [service] orders in
            for order in orders {
                await service.takeNotices(of: order.device.dsm)
                record.drop(order.device.tdi)
            }
            end.yield()
        }
        let watching = Task { await watcher.run() }
        var ended = ends.makeAsyncIterator()
        var losses: [Loss] = []
        for tdi in links {
            let start = TimeSource.wall.now
            await host.withModel { $0.inject(.event(.linkDown(tdi))) }
            await ended.next()
            losses.append(Loss(tdi: tdi, time: start, end: await service.state(of: tdi, dsm: tdi).phase))
        }
        await watcher.stop()
        await watching.value
        return losses
    }

    /// The rungs of the ladder that was gone down, each as long as it took here: the emulated device's waits are virtual.
    func rungs() throws -> [Figure] {
        try [EffectName.cut, .stop, .reset, .compareIdentity, .restoreConfiguration, .proveReturn, .restoreMappings].map
        {
            let times = try Distribution(log.times(of: $0))
            return Figure(
                group: "recovery", name: "\($0.rawValue), median of \(times.count)", value: times.median,
                unit: .microseconds)
        }
    }
}

/// The devices that are recorded in private operation, told when that has changed.
private final class Record: Sendable {
    private let state: Mutex<(devices: [WatchedDevice], isNews: Bool)>

    init(_ devices: [WatchedDevice]) { state = Mutex((devices, true)) }

    func take() -> [WatchedDevice]? {
        state.withLock { state in
            defer { state.isNews = false }
            return state.isNews ? state.devices : nil
        }
    }

    /// The device is in private operation no more.
    func drop(_ tdi: FunctionAddress) {
        state.withLock { state in
            state.devices.removeAll { $0.tdi == tdi }
            state.isNews = true
        }
    }
}

/// How long each effect took, from its start to its end, in microseconds.
private final class StepLog: Sendable {
    private struct Log {
        var started: [FunctionAddress: (EffectName, UInt64)] = [:]
        var times: [EffectName: [Double]] = [:]
    }

    private let log = Mutex(Log())

    func take(_ report: StepReport) {
        log.withLock { log in
            switch report.kind {
            case .started(let effect): log.started[report.device] = (effect, report.time)
            case .ended(let effect, _, _, _):
                guard let (started, time) = log.started[report.device], started == effect else { return }
                log.times[effect, default: []].append(Double(report.time - time) / 1000)
            case .noticed, .signalled, .resting: break
            }
        }
    }

    func times(of effect: EffectName) -> [Double] { log.withLock { $0.times[effect] ?? [] } }

    func forget() { log.withLock { $0 = Log() } }
}
