import SPDMTransport
import Synchronization
import TDISP
import Testing

@testable import ForeignDevice

/// How long a conversation may take, by a clock that only moves when somebody moves it.
@Suite struct `Time in a conversation` {
    /// A clock that stands still.
    private final class Watch: Sendable {
        private let time = Mutex(Duration.zero)
        var now: Duration { time.withLock { $0 } }
        func advance(by duration: Duration) { time.withLock { $0 += duration } }
        var clock: ConversationClock { ConversationClock(now: { self.now }, sleep: { self.advance(by: $0) }) }
    }

    /// A transport on which every exchange takes as long.
    private struct SlowTransport: DOETransport {
        let device: SampleDevice
        let watch: Watch
        let exchangeTime: Duration

        func exchange(_ object: [UInt8]) async throws(TransportError) -> [UInt8] {
            watch.advance(by: exchangeTime)
            return try await device.exchange(object)
        }
    }

    private struct Slow {
        let watch = Watch()
        let transport: SlowTransport
        var settings: ForeignDeviceSettings

        init(_ exchangeTime: Duration) throws {
            transport = SlowTransport(
                device: SampleDevice(try Sample.responder()), watch: watch, exchangeTime: exchangeTime)
            settings = try Sample.settings()
            settings.clock = watch.clock
        }
    }

    @Test func `a device that takes nine seconds for every answer is left after two minutes`() async throws {
        let slow = try Slow(.seconds(9))
        let failure = await #expect(throws: ForeignDeviceFailure.self) {
            try await ForeignDevice.run(over: slow.transport, slow.settings)
        }
        #expect(failure?.description.contains("not done after 120.0 seconds, which is the limit") == true)
        // One exchange may be under way when either time is over.
        #expect(slow.watch.now <= .seconds(120 + 9 + 30 + 9))
        let holds = await slow.transport.device.holdsSomething
        #expect(!holds || failure?.leftovers.isEmpty == false)
    }

    @Test func `a device that is fast enough is not left`() async throws {
        let slow = try Slow(.seconds(1))
        #expect(try await ForeignDevice.run(over: slow.transport, slow.settings).states.last == .configUnlocked)
    }

    @Test func `wherever the time is over, the device is left as it was found`() async throws {
        let whole = try Slow(.seconds(1))
        _ = try await ForeignDevice.run(over: whole.transport, whole.settings)
        for seconds in 0..<(await whole.transport.device.exchanges) {
            var slow = try Slow(.seconds(1))
            slow.settings.timeLimit = .seconds(seconds)
            do throws(ForeignDeviceFailure) {
                // Over on the way home, which has a time of its own.
                #expect(try await ForeignDevice.run(over: slow.transport, slow.settings).states.contains(.run))
            } catch {
                #expect(error.description.contains("not done after \(seconds).0 seconds"), "\(error)")
                #expect(error.report.states.last != .run)
                #expect(error.leftovers == [], "\(seconds)")
            }
            #expect(await !slow.transport.device.holdsSomething, "\(seconds)")
        }
    }

    @Test func `a pause that would outlast the time is not begun`() async throws {
        var slow = try Slow(.zero)
        slow.settings.timeLimit = .seconds(10)
        let run = ForeignRun(slow.settings, slow.transport) { _, _ in }
        #expect(await run.pause(.seconds(9)))
        #expect(await !run.pause(.seconds(1)))
        #expect(slow.watch.now == .seconds(9))
        run.turnHome()
        #expect(await run.pause(.seconds(29)))
        #expect(await !run.pause(.seconds(1)))
    }
}
