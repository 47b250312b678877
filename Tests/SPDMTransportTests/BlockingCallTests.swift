import Dispatch
import Testing

@testable import SPDMTransport

@Suite struct `Call that blocks` {
    private let queue = DispatchQueue(label: "a call that blocks")

    @Test func `gives what it comes to`() async throws {
        #expect(try await queue.blocking { 7 } == 7)
        await #expect(throws: TransportError.closed) { try await queue.blocking { throw TransportError.closed } }
    }

    @Test func `is not waited for longer than a limit, such as a resolver that does not answer`() async throws {
        let gate = DispatchSemaphore(value: 0)
        await #expect(throws: TransportError.overdue(.milliseconds(1))) {
            try await within(.milliseconds(1)) { () async throws(TransportError) in
                try await queue.blocking { gate.wait() }
            }
        }
        gate.signal()
    }

    @Test func `is not waited for at all by a task that is cancelled`() async throws {
        let gate = DispatchSemaphore(value: 0)
        let waiting = Task { try await queue.blocking { gate.wait() } }
        waiting.cancel()
        await #expect(throws: TransportError.ended) { try await waiting.value }
        gate.signal()
    }
}
