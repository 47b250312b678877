import PCIe
import SPDM
import Testing

@Suite struct `DOE driver and mailbox, register by register` {
    @Test func `an object and its answer pass whole`() {
        var rig = MailboxRig()
        rig.answer = { _ in TransportMessage(isSecured: true, bytes: [1, 2, 3, 4, 5]) }
        let answer: [UInt8] = [1, 0, 2, 0, 4, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0]
        #expect(rig.carry(MailboxSample.object) == .answered(answer))
        #expect(rig.processed == [MailboxSample.message])
        #expect(rig.mailbox.value(of: .status) == 0)
        #expect(rig.waits == 0)
    }

    @Test func `discovery finds the three types`() {
        var rig = MailboxRig()
        var transition = DOEDiscoveryWalk.begin(version: 2)
        while case .send(let object) = transition.effect {
            guard case .answered(let answer) = rig.carry(object) else { break }
            transition = DOEDiscoveryWalk.step(transition.next, .answered(answer))
        }
        #expect(transition.effect == .finish(.success([.discovery, .spdm, .securedSPDM])))
        #expect(rig.processed.isEmpty)
    }

    @Test func `a mailbox that somebody left full is emptied first`() {
        var rig = MailboxRig()
        rig.faults = [0: .error]
        #expect(rig.carry(MailboxSample.object) == .answered(MailboxSample.object))
    }

    @Test func `an answer that never becomes ready is given up, and the device may have acted`() {
        var rig = MailboxRig()
        rig.hidden = .dataObjectReady
        #expect(rig.carry(MailboxSample.object) == .failed(.noAnswer, wasSent: true))
        #expect(rig.waits == 3)
        #expect(rig.processed.count == 1)
        #expect(rig.mailbox.value(of: .status) == 0)
    }

    @Test func `a device that does not answer is given up, and told so`() {
        var rig = MailboxRig()
        rig.answer = { _ in nil }
        #expect(rig.carry(MailboxSample.object) == .failed(.noAnswer, wasSent: true))
        #expect(rig.mailbox.value(of: .status) == 0)
    }

    @Test(arguments: [DOECapability.Status.busy, .error, .dataObjectReady])
    func `a mailbox that no abort clears gets nothing`(bit: DOECapability.Status) {
        var rig = MailboxRig()
        rig.shown = bit
        #expect(rig.carry(MailboxSample.object) == .failed(.stuck(bit), wasSent: false))
        #expect(rig.waits == 2)
        #expect(rig.processed.isEmpty)
    }

    @Test func `an object that the mailbox cannot hold is tried twice and not sent`() {
        var rig = MailboxRig()
        let long: [UInt8] = [1, 0, 1, 0, 18, 0, 0, 0] + [UInt8](repeating: 7, count: 64)
        #expect(rig.carry(long) == .failed(.errorSet, wasSent: false))
        #expect(rig.processed.isEmpty)
        #expect(rig.carry(MailboxSample.object) == .answered(MailboxSample.object))
    }

    /// Accesses of a first transaction that nothing disturbs: status, Abort, status, three DWORDs, status, Go, status,
    /// three DWORDs read and consumed, with the status before the last is consumed.
    private static let accesses = 16

    @Test func `only the first transaction aborts what may be in the mailbox`() {
        var rig = MailboxRig()
        _ = rig.carry(MailboxSample.object)
        #expect(rig.accesses == Self.accesses)
        _ = rig.carry(MailboxSample.object)
        #expect(rig.accesses == 2 * Self.accesses - 2)
    }

    @Test func `what somebody left in the write mailbox is not sent along`() {
        var rig = MailboxRig()
        rig.faults = [0: .stray]
        #expect(rig.carry(MailboxSample.object) == .answered(MailboxSample.object))
    }

    @Test(arguments: 0..<accesses, [MailboxRig.Fault.error, .abort, .stray, .gone, .unreachable])
    func `whatever happens before an access, the end is the truth`(access: Int, fault: MailboxRig.Fault) throws {
        var rig = MailboxRig()
        rig.faults = [access: fault]
        let result = rig.carry(MailboxSample.object)
        switch try #require(result) {
        case .answered(let answer):
            #expect(answer == MailboxSample.object)
            #expect(rig.processed == [MailboxSample.message])
        case .failed(_, wasSent: false): #expect(rig.processed.isEmpty)
        case .failed(_, wasSent: true): #expect(rig.processed.count <= 1)
        }
        guard fault != .gone, access < Self.accesses - 1 else { return }
        #expect(rig.carry(MailboxSample.object) == .answered(MailboxSample.object))
    }

    @Test(arguments: 0..<accesses, 0..<accesses)
    func `two disturbances do not make it hang, nor send twice`(first: Int, second: Int) {
        for (one, other) in [(MailboxRig.Fault.error, MailboxRig.Fault.error), (.abort, .stray), (.stray, .abort)] {
            var rig = MailboxRig()
            rig.faults = [first: one, first + 1 + second: other]
            let result = rig.carry(MailboxSample.object)
            #expect(result != nil)
            #expect(rig.processed.count <= 1)
        }
    }
}
