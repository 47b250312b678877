import IOMMU
import PCIe
import Testing

/// The devices' side of an invalidation: who is asked, who owes an answer, and what a reset settles.
@Suite struct `Devices asked to forget` {
    private typealias F = Fixture

    /// Two devices of a VM that walk one table; the first has ATS and holds a translation to 0x8000.
    private func holding(_ profile: RoutingProfile = .standard) throws -> Fixture {
        var fixture = try F()
        fixture.unit.hold(F.device, as: .unlocked, for: F.one)
        fixture.unit.setATS(true, of: F.device)
        try fixture.map(0x8000, to: 0x30_0000, in: fixture.hostTable)
        let ask = FunctionRequest(.translation(address: 0x8000, nil, .write), F.device, .untrusted)
        #expect(fixture.unit.answer(ask) == .translated(physical: 0x30_0000, .readWrite))
        return fixture
    }

    @Test func `what a device holds is told with the owner as it was found and as it is`() throws {
        let fixture = try holding()
        #expect(
            fixture.unit.translations(of: F.device) == [
                HeldTranslation(
                    tBit: .untrusted, address: 0x8000, physical: 0x30_0000, permissions: .readWrite,
                    owner: .shared(F.one), ownerNow: .shared(F.one))
            ])
        #expect(fixture.unit.translations(of: F.sibling).isEmpty)
    }

    @Test func `forgetting pages of a table asks those who use it and have ATS, behind the IOTLB`() throws {
        var fixture = try holding()
        try fixture.unit.unmap(0x8000..<0x9000, in: fixture.hostTable)
        fixture.unit.forget(0x8000..<0x9000, of: fixture.hostTable)
        let asked = fixture.unit.unansweredInvalidations
        #expect(asked.map(\.requester) == [F.device])
        #expect(
            fixture.unit.reach(of: 0x30_0000..<0x30_1000) == .cachedByDevice(F.device, address: 0x8000))
        for (number, _) in asked { fixture.unit.answerInvalidation(number) }
        #expect(fixture.unit.unansweredInvalidations.isEmpty)
        #expect(fixture.unit.translations(of: F.device).isEmpty)
        #expect(fixture.unit.reach(of: 0x30_0000..<0x30_1000) == nil)
    }

    @Test func `without ATS nobody is asked`() throws {
        var fixture = try holding()
        fixture.unit.setATS(false, of: F.device)
        fixture.unit.forget(0..<0x10000, of: fixture.hostTable)
        fixture.unit.askToForget(F.device)
        #expect(fixture.unit.unansweredInvalidations.isEmpty)
    }

    @Test func `a reset settles what the device was asked for`() throws {
        var fixture = try holding()
        let number = fixture.unit.requestInvalidation(.device(F.device, 0..<0x1000))
        fixture.unit.processInvalidations()
        fixture.unit.clearDeviceCache(of: F.sibling)
        #expect(fixture.unit.progress(of: number) == .awaiting(F.device))
        fixture.unit.clearDeviceCache(of: F.device)
        #expect(fixture.unit.progress(of: number) == .completed)
        #expect(fixture.unit.translations(of: F.device).isEmpty)
    }

    @Test func `peers are told from either side, and unbound in pairs`() {
        var unit = RemappingUnit(memorySize: 0)
        for requester in [F.device, F.sibling] { unit.hold(requester, as: .run, for: F.one) }
        #expect(unit.bindPeers(F.device, F.sibling) == nil)
        #expect(unit.peers(of: F.device) == [F.sibling])
        #expect(unit.peers(of: F.sibling) == [F.device])
        unit.unbindPeers(F.sibling, F.device)
        #expect(unit.peers(of: F.device).isEmpty)
    }
}
