import Assignment
import Emulator
import PCIe
import Synchronization
import Testing

@Suite struct DeterminismTests {
    private func story(seed: UInt64) throws -> (messages: [TracedMessage], views: [FunctionView], time: UInt64) {
        let host = try TestHost(seed: seed)
        let demo = host.demo
        host.convert(demo.vf0, for: demo.web1)
        host.convert(demo.nvme, for: demo.db1)
        host.happen(.poisonedData(demo.vf0))
        _ = host.notices(demo.vf0)
        host.carry([.cut(.first)] + ReturnTests.homeward, demo.vf0)
        host.advance(30_000_000)
        let tdis = [demo.accelerator, demo.vf0, demo.vf1, demo.nvme, demo.network]
        return (host.messages, try tdis.map(host.view), host.time)
    }

    @Test func `the same seed gives the same messages, views and time`() throws {
        let first = try story(seed: 7)
        let second = try story(seed: 7)
        #expect(first.messages == second.messages)
        #expect(first.views == second.views)
        #expect(first.time == second.time)
        #expect(!first.messages.isEmpty)
    }

    @Test func `another seed changes no message, because secrets are not in the trace`() throws {
        #expect(try story(seed: 7).messages == story(seed: 8).messages)
    }

    @Test func `a seeded generator repeats itself and differs by seed`() {
        func draw(_ seed: UInt64) -> [UInt64?] {
            var entropy = SeededEntropy(seed: seed)
            return (0..<4).map { _ in entropy.next() }
        }
        #expect(draw(1) == draw(1))
        #expect(draw(1) != draw(2))
        #expect(Set(draw(1)).count == 4)
    }

    @Test func `what is drawn from a fork does not disturb its source, and a dry source has dry forks`() {
        var (source, other) = (SeededEntropy(seed: 1), SeededEntropy(seed: 1))
        var fork = source.fork()
        for _ in 0..<3 { _ = fork.next() }
        _ = other.fork()
        #expect(source.next() == other.next())
        struct Dry: EntropySource {
            mutating func next() -> UInt64? { nil }
        }
        var dry = Dry()
        var dryFork = dry.fork()
        #expect(dryFork.next() == nil)
    }

    @Test func `every part of a host draws from what its source gives it`() throws {
        final class Forks: Sendable {
            let count = Mutex(0)
        }
        struct Counted: EntropySource {
            let forks: Forks
            mutating func next() -> UInt64? { 1 }
            mutating func fork() -> any EntropySource {
                forks.count.withLock { $0 += 1 }
                return self
            }
        }
        let forks = Forks()
        var host = try HostModel(Topology.demo(), entropy: Counted(forks: forks))
        #expect(forks.count.withLock { $0 } == 3)
        host.authenticateNewcomers()
        // Both ends of SPDM with the two devices that speak it.
        #expect(forks.count.withLock { $0 } == 7)
    }

    @Test func `a host without random bits makes no connection`() throws {
        struct Dry: EntropySource {
            mutating func next() -> UInt64? { nil }
        }
        var host = try HostModel(Topology.demo(), entropy: Dry())
        let demo = try Demo()
        let outcome = host.perform(.connect, on: demo.accelerator).outcome
        #expect(outcome == .failed(.other))
    }

    @Test func `the trace keeps the last messages only`() throws {
        var host = try HostModel(
            Topology.demo(), entropy: SeededEntropy(seed: 1), traceCapacity: 10)
        let demo = try Demo()
        let outcome = host.perform(.connect, on: demo.accelerator).outcome
        let (kept, total) = (host.messages, host.messageCount)
        #expect(outcome == .succeeded)
        #expect(kept.count == 10)
        #expect(total > 10)
        #expect(kept.map(\.time) == kept.map(\.time).sorted())
    }
}
