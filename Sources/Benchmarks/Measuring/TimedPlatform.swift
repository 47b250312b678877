import Assignment
import Emulator
import PCIe
import Synchronization

/// An emulated host that notes when cuts are issued, and how long its callers waited for it.
final class TimedPlatform: Platform {
    private let host: EmulatedHost
    private let state = Mutex(State())

    private struct State {
        var cuts: [FunctionAddress: Double] = [:]
        var inside = 0.0
    }

    init(_ host: EmulatedHost) { self.host = host }

    /// When T=1 of a function was first to be cut, on the wall's clock.
    func timeOfCut(of tdi: FunctionAddress) throws -> Double {
        guard let time = state.withLock({ $0.cuts[tdi] }) else { throw NotDone("\(tdi) was not cut") }
        return time
    }

    /// Nanoseconds that callers have waited, calls side by side each for itself.
    var inside: Double { state.withLock { $0.inside } }

    func snapshot() async throws(PlatformError) -> HostSnapshot { try await host.snapshot() }

    func facts(about function: FunctionAddress, _ domain: DomainID?) async -> (FunctionFacts?, DomainFacts?) {
        await timed { await self.host.facts(about: function, domain) }
    }

    func perform(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        if effect == .cut(.first) {
            let now = TimeSource.wall.now
            state.withLock { if $0.cuts[tdi] == nil { $0.cuts[tdi] = now } }
        }
        return await timed { await self.host.perform(effect, on: tdi) }
    }

    func perform(_ effect: ConnectionEffect, on dsm: FunctionAddress) async -> EffectReport {
        await timed { await self.host.perform(effect, on: dsm) }
    }

    func collectEvidence(from tdi: FunctionAddress, epoch: LockEpoch, nonce: [UInt8]) async -> EvidenceReport {
        await timed { await self.host.collectEvidence(from: tdi, epoch: epoch, nonce: nonce) }
    }

    func notices(of dsm: FunctionAddress) async -> [Notice] { await timed { await self.host.notices(of: dsm) } }

    func publish(_ binding: DomainBinding) async -> EffectReport { await timed { await self.host.publish(binding) } }

    private func timed<Value: Sendable>(_ work: @Sendable () async -> Value) async -> Value {
        let start = TimeSource.wall.now
        let value = await work()
        let end = TimeSource.wall.now
        state.withLock { $0.inside += end - start }
        return value
    }
}
