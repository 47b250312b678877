import Assignment
import Emulator
import PCIe
import TDISP
import Testing

/// What keeps a session while nothing else passes in it, and what ends it when that does not come.
@Suite struct HeartbeatTests {
    static let second: UInt64 = 1_000_000_000

    private func host(period: UInt8, keyPeriod: UInt16 = 0) throws -> TestHost {
        var topology = try Topology.demo()
        topology.devices[0].dsm.heartbeatPeriod = period
        topology.devices[0].dsm.keyPeriod = keyPeriod
        let host = try TestHost(topology)
        #expect(host.convert(host.demo.vf0, for: host.demo.web1).outcome == .succeeded)
        _ = host.notices(host.demo.vf0)
        return host
    }

    @Test func `a device that wants no heartbeats gets none`() throws {
        let host = try host(period: 0)
        host.advance(30 * Self.second)
        #expect(host.count(.heartbeat) == 0)
        #expect(try host.view(host.demo.vf0).state == .run)
    }

    @Test func `a device that wants heartbeats gets one each period while nothing else passes`() throws {
        let host = try host(period: 2)
        host.advance(20 * Self.second)
        #expect((9...10).contains(host.count(.heartbeat)))
        #expect(host.count(.getEncapsulatedRequest) == host.count(.heartbeat))
        #expect(try host.view(host.demo.vf0).state == .run)
        #expect(host.notices(host.demo.vf0).isEmpty)
    }

    @Test func `whatever passes in the session counts`() throws {
        let host = try host(period: 2)
        for _ in 0..<10 {
            host.advance(Self.second)
            #expect(host.perform(.askState, host.demo.vf0).state == .run)
        }
        #expect(host.count(.heartbeat) == 0)
    }

    @Test func `a device without heartbeats for two periods ends session, stream and private operation`() throws {
        let host = try host(period: 2)
        host.happen(.heartbeatsHeld(host.demo.accelerator, true))
        host.advance(3 * Self.second)
        #expect(try host.view(host.demo.vf0).state == .run)
        #expect(try host.stream(host.demo.vf0).isDeviceSecure)
        host.advance(3 * Self.second)
        #expect(try host.view(host.demo.vf0).state == .error)
        #expect(try !host.stream(host.demo.vf0).isDeviceSecure)
        #expect(try !host.stream(host.demo.vf0).isRootPortSecure)
        #expect(try host.stream(host.demo.vf0).session == nil)
        #expect(host.notices(host.demo.vf0) == [.connection(.sessionLost)])
        #expect(!host.tryDMA(host.demo.vf0, .trusted, at: 1 << 20).hasArrived)
    }

    @Test func `heartbeats that are sent again in time keep the session`() throws {
        let host = try host(period: 2)
        host.happen(.heartbeatsHeld(host.demo.accelerator, true))
        host.advance(3 * Self.second)
        host.happen(.heartbeatsHeld(host.demo.accelerator, false))
        host.advance(10 * Self.second)
        #expect(try host.view(host.demo.vf0).state == .run)
    }

    // MARK: What the device asks for

    @Test func `a device that wants a new key asks for it when it is polled`() throws {
        let host = try host(period: 1, keyPeriod: 3)
        host.advance(10 * Self.second)
        // UpdateKey and VerifyNewKey, each time.
        #expect((4...6).contains(host.count(.deliverEncapsulatedResponse)))
        #expect(host.count(.deliverEncapsulatedResponse).isMultiple(of: 2))
        #expect(try host.view(host.demo.vf0).state == .run)
        #expect(host.perform(.askState, host.demo.vf0).state == .run)
    }

    @Test func `heartbeats spend keys too, which the TSM renews in time`() throws {
        var topology = try Topology.demo()
        topology.devices[0].dsm.heartbeatPeriod = 1
        let host = try TestHost(topology, recordLimit: 60)
        #expect(host.attach(host.demo.vf0, to: host.demo.web1).outcome == .succeeded)
        host.advance(60 * Self.second)
        #expect(host.count(.keyUpdate) > 0)
        #expect(host.perform(.askState, host.demo.vf0).state == .configUnlocked)
    }

    @Test func `a device that is polled and wants nothing is left alone`() throws {
        let host = try host(period: 1)
        host.advance(10 * Self.second)
        #expect(host.count(.getEncapsulatedRequest) >= 9)
        #expect(host.count(.deliverEncapsulatedResponse) == 0)
    }
}
