import Testing

@testable import Libvirt

@Suite(.timeLimit(.minutes(10))) struct `Event mailbox` {
    private func event(_ number: Int32) -> LibvirtEvent { .connectionClosed(CloseReason(rawValue: number)) }

    /// All that is left in a mailbox; finishes it.
    private func drain(_ mailbox: EventMailbox) async -> [LibvirtEvent] {
        mailbox.finish()
        var events: [LibvirtEvent] = []
        while let event = await mailbox.next() { events.append(event) }
        return events
    }

    @Test func `hands events out in their order`() async {
        let mailbox = EventMailbox(capacity: 4)
        for number in 0..<4 { mailbox.post(event(Int32(number))) }
        #expect(await drain(mailbox) == (0..<4).map { event($0) })
    }

    @Test func `tells how many it dropped behind the events it kept`() async {
        let mailbox = EventMailbox(capacity: 2)
        for number in 0..<5 { mailbox.post(event(Int32(number))) }
        #expect(await drain(mailbox) == [event(0), event(1), .eventsLost(count: 3)])
    }

    @Test func `tells of a loss in its place between the events around it`() async {
        let mailbox = EventMailbox(capacity: 2)
        for number in 0..<3 { mailbox.post(event(Int32(number))) }
        #expect(await mailbox.next() == event(0))
        mailbox.post(event(3))  // the note of the loss is in the place that became free
        #expect(await mailbox.next() == event(1))
        mailbox.post(event(4))
        mailbox.post(event(5))
        #expect(await drain(mailbox) == [.eventsLost(count: 2), event(4), .eventsLost(count: 1)])
    }

    @Test func `wakes a reader that waits`() async {
        let mailbox = EventMailbox(capacity: 1)
        async let first = mailbox.next()
        mailbox.post(event(1))
        #expect(await first == event(1))
    }

    @Test func `ends a reader that waits when it is finished, and takes nothing more`() async {
        let mailbox = EventMailbox(capacity: 1)
        async let first = mailbox.next()
        mailbox.finish()
        #expect(await first == nil)
        mailbox.post(event(1))
        #expect(await mailbox.next() == nil)
    }

    @Test func `ends a reader whose task is cancelled, and keeps events for the next`() async {
        let mailbox = EventMailbox(capacity: 1)
        let reader = Task { await mailbox.next() }
        reader.cancel()
        #expect(await reader.value == nil)
        mailbox.post(event(1))
        #expect(await mailbox.next() == event(1))
    }
}
