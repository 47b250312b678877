import PCIe
import TDISP
import Testing

/// The 22 cases of the tee-io-validator's TDISP suite, by its numbers. `ask` makes the asserts that all of them share.
@Suite struct `TDISP conformance` {
    private let device = ModelDevice()
    private let inverted: (StartNonce) -> StartNonce = { nonce in
        TDIFixture.nonce(of: nonce.bytes.indices.map { ~nonce.bytes[$0] })
    }

    private func report(_ portion: UInt16 = 0x40) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let query = InterfaceReportQuery(offset: UInt16(bytes.count), length: portion)
            guard case .interfaceReport(let answer) = try device.ask(.getInterfaceReport(query)) else {
                Issue.record("no report")
                return bytes
            }
            #expect(!answer.bytes.isEmpty)
            bytes += answer.bytes
            if answer.remainder == 0 { return bytes }
        }
    }

    @Test func `T1.1 version`() throws {
        #expect(try device.ask(.getVersion) == .version([.v1_0]))
    }

    @Test func `T2.1 capabilities`() throws {
        let bytes = try #require(device.receive(TDISPRequest.getCapabilities.encoded(to: TDIFixture.interfaceID)))
        #expect(bytes[16..<20].allSatisfy { $0 == 0 })
        guard case .capabilities(let capabilities) = try TDISPResponse.decode(bytes.span) else {
            Issue.record("no capabilities")
            return
        }
        #expect(bytes[20] & 0xFE == 0xFE)
        #expect(bytes[36] & 0xE0 == 0 && bytes[37] == 0)
        #expect(capabilities.addressWidth >= 52)
        #expect(capabilities.outstandingPerInterface > 0)
        #expect(capabilities.outstandingPerDevice > 0)
    }

    @Test func `T3.1 lock in CONFIG_UNLOCKED`() throws {
        let all = LockInterfaceRequest(flags: .all, defaultStream: StreamID(rawValue: 1))
        try device.lock(TDIFixture.requesterID, all)
        #expect(try device.state() == .configLocked)
    }

    @Test func `T3.2 lock without IDE keys`() throws {
        device.context.streams[0].isKeyed = false
        #expect(try device.ask(.lockInterface(TDIFixture.lockRequest)) == .error(.invalidRequest))
        #expect(try device.state() == .configUnlocked)
    }

    @Test func `T3.3 lock in CONFIG_LOCKED`() throws {
        try device.lock()
        #expect(try device.ask(.lockInterface(TDIFixture.lockRequest)) == .error(.invalidInterfaceState))
        #expect(try device.state() == .configLocked)
    }

    @Test func `T3.4 lock in RUN`() throws {
        try device.run()
        #expect(try device.ask(.lockInterface(TDIFixture.lockRequest)) == .error(.invalidInterfaceState))
        #expect(try device.state() == .run)
    }

    @Test func `T4.1 report in CONFIG_LOCKED`() throws {
        try device.lock()
        #expect(try report() == TDIFixture.report.encoded())
        #expect(try device.state() == .configLocked)
    }

    @Test func `T4.2 report in RUN`() throws {
        try device.run()
        #expect(try report(0x400) == TDIFixture.report.encoded())
        #expect(try device.state() == .run)
    }

    @Test func `T4.3 report with an offset behind its end`() throws {
        try device.lock()
        let query = InterfaceReportQuery(offset: 0xFFFF, length: 1)
        #expect(try device.ask(.getInterfaceReport(query)) == .error(.invalidRequest))
        #expect(try device.state() == .configLocked)
    }

    @Test func `T4.4 report in CONFIG_UNLOCKED, never locked or stopped`() throws {
        let query = InterfaceReportQuery(offset: 0, length: 0x40)
        #expect(try device.ask(.getInterfaceReport(query)) == .error(.invalidInterfaceState))
        try device.lock()
        _ = try device.ask(.stopInterface)
        #expect(try device.ask(.getInterfaceReport(query)) == .error(.invalidInterfaceState))
        #expect(try device.state() == .configUnlocked)
    }

    @Test func `T4.5 report format`() throws {
        try device.lock()
        let bytes = try report()
        let decoded = try InterfaceReport.decode(bytes.span)
        #expect(bytes.count == 20 + 16 * decoded.ranges.count + decoded.deviceSpecificInfo.count)
        #expect(bytes[0] & 0xE0 == 0 && bytes[1] == 0)
        for index in decoded.ranges.indices {
            #expect(bytes[16 + 16 * index + 12] & 0xF0 == 0 && bytes[16 + 16 * index + 13] == 0)
        }
    }

    @Test func `T5.1 state in CONFIG_UNLOCKED`() throws {
        #expect(try device.state() == .configUnlocked)
    }

    @Test func `T5.2 state in CONFIG_LOCKED`() throws {
        try device.lock()
        #expect(try device.state() == .configLocked)
    }

    @Test func `T5.3 state in RUN`() throws {
        try device.run()
        #expect(try device.state() == .run)
    }

    @Test func `T5.4 state after STOP`() throws {
        try device.run()
        _ = try device.ask(.stopInterface)
        #expect(try device.state() == .configUnlocked)
    }

    @Test func `T6.1 start in CONFIG_LOCKED`() throws {
        #expect(try device.ask(.startInterface(try device.lock())) == .startInterface)
        #expect(try device.state() == .run)
    }

    @Test func `T6.2 start with a wrong nonce`() throws {
        let nonce = try device.lock()
        #expect(try device.ask(.startInterface(inverted(nonce))) == .error(.invalidNonce))
        #expect(try device.state() == .configLocked)
    }

    @Test func `T6.3 start in CONFIG_UNLOCKED with the nonce from before STOP`() throws {
        let nonce = try device.lock()
        _ = try device.ask(.stopInterface)
        #expect(try device.ask(.startInterface(nonce)) == .error(.invalidInterfaceState))
        #expect(try device.state() == .configUnlocked)
    }

    @Test func `T6.4 start in RUN with the same nonce`() throws {
        let nonce = try device.run()
        #expect(try device.ask(.startInterface(nonce)) == .error(.invalidInterfaceState))
        #expect(try device.state() == .run)
    }

    @Test func `T7.1 stop in RUN`() throws {
        try device.run()
        #expect(try device.ask(.stopInterface) == .stopInterface)
        #expect(try device.state() == .configUnlocked)
    }

    @Test func `T7.2 stop in CONFIG_LOCKED`() throws {
        try device.lock()
        #expect(try device.ask(.stopInterface) == .stopInterface)
        #expect(try device.state() == .configUnlocked)
    }

    @Test func `T7.3 stop in CONFIG_UNLOCKED`() throws {
        #expect(try device.ask(.stopInterface) == .stopInterface)
        #expect(try device.state() == .configUnlocked)
    }
}
