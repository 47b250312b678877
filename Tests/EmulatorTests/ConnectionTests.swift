import Assignment
import Emulator
import PCIe
import TDISP
import Testing

@Suite struct ConnectionTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
    }

    @Test func `connect leaves a session and a stream that is Secure at both ends`() throws {
        let report = host.perform(ConnectionEffect.connect, demo.accelerator)
        #expect(report.outcome == .succeeded)
        let stream = try host.stream(demo.vf1)
        #expect(stream.isDeviceSecure && stream.isRootPortSecure)
        #expect(stream.session != nil)
        #expect(try host.facts(demo.vf1).connected)
        #expect(host.snapshot.bridges[0].ideStreamsLeft == 3)
        #expect(host.count(.keyProgram) == 6)
        #expect(host.count(.keySetGo) == 6)
    }

    @Test func `connect again changes nothing`() throws {
        host.perform(ConnectionEffect.connect, demo.accelerator)
        let before = host.messageCount
        let report = host.perform(ConnectionEffect.connect, demo.accelerator)
        #expect(report.outcome == .succeeded)
        #expect(host.messageCount == before)
    }

    @Test func `disconnect ends stream and session, and gives the stream back`() throws {
        host.perform(ConnectionEffect.connect, demo.accelerator)
        #expect(host.perform(ConnectionEffect.disconnect, demo.accelerator).outcome == .succeeded)
        let stream = try host.stream(demo.accelerator)
        #expect(!stream.isDeviceSecure && !stream.isRootPortSecure)
        #expect(stream.session == nil)
        #expect(host.snapshot.bridges[0].ideStreamsLeft == 4)
        #expect(host.perform(ConnectionEffect.disconnect, demo.accelerator).outcome == .succeeded)
        #expect(host.perform(ConnectionEffect.connect, demo.accelerator).outcome == .succeeded)
    }

    @Test func `disconnect says what the device did not confirm, and another one has nothing to do`() throws {
        host.perform(ConnectionEffect.connect, demo.accelerator)
        host.inject(MessageFault(.endSession, .dropResponse))
        let report = host.perform(ConnectionEffect.disconnect, demo.accelerator)
        #expect(report.outcome == .succeeded)
        #expect(report.detail == "ended at our end only: END_SESSION: no answer")
        #expect(host.snapshot.bridges[0].ideStreamsLeft == 4)
        #expect(host.perform(ConnectionEffect.disconnect, demo.accelerator).detail == "was not connected")
    }

    @Test func `disconnect of a device that is gone is one at our end only`() throws {
        host.perform(ConnectionEffect.connect, demo.accelerator)
        host.happen(.deviceGone(demo.accelerator))
        let report = host.perform(ConnectionEffect.disconnect, demo.accelerator)
        #expect(report.outcome == .succeeded)
        #expect(report.detail == "ended at our end only: the session was lost before")
    }

    @Test func `disconnect takes a TDI in RUN to ERROR`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.perform(ConnectionEffect.disconnect, demo.vf0)
        #expect(try host.view(demo.vf0).state == .error)
    }

    @Test func `a bridge without a stream left refuses with its budget`() throws {
        var topology = try Topology.demo()
        topology.bridges[0].ideStreams = 1
        let host = try TestHost(topology)
        #expect(host.perform(ConnectionEffect.connect, demo.accelerator).outcome == .succeeded)
        let report = host.perform(ConnectionEffect.connect, demo.nvme)
        #expect(report.outcome == .failed(.busy))
        #expect(report.detail == "no IDE stream left under pci0000:3a: 1 of 1 in use")
        host.perform(ConnectionEffect.disconnect, demo.accelerator)
        #expect(host.perform(ConnectionEffect.connect, demo.nvme).outcome == .succeeded)
    }

    @Test func `a device without a DSM cannot be connected`() {
        #expect(host.perform(ConnectionEffect.connect, demo.network).outcome == .failed(.unsupported))
    }

    @Test func `new keys leave a TDI in RUN running`() throws {
        host.convert(demo.vf0, for: demo.web1)
        let report = host.perform(ConnectionEffect.refreshKeys, demo.vf0)
        #expect(report.outcome == .succeeded)
        #expect(report.detail.hasSuffix("key set 1"))
        host.advance()
        #expect(try host.view(demo.vf0).state == .run)
        #expect(try host.stream(demo.vf0).isDeviceSecure)
        #expect(host.perform(ConnectionEffect.refreshKeys, demo.vf0).detail.hasSuffix("key set 0"))
        #expect(host.perform(.probePrivate, demo.vf0).outcome == .succeeded)
    }

    @Test func `new keys that the device refuses leave the old ones`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.happen(.defect(demo.accelerator, .keyInstallFails))
        #expect(host.perform(ConnectionEffect.refreshKeys, demo.vf0).outcome == .failed(.deviceRefused))
        #expect(host.perform(.probePrivate, demo.vf0).outcome == .succeeded)
    }

    @Test func `a lost key message during a refresh takes the stream down`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.inject(MessageFault(.keyProgram, occurrence: 2, .dropResponse))
        #expect(host.perform(ConnectionEffect.refreshKeys, demo.vf0).outcome == .unknown)
        #expect(try host.view(demo.vf0).state == .error)
    }

    /// A fault on the way up, and the outcome of connect.
    static let troubles: [(MessageFault, Outcome)] = [
        (MessageFault(.keyExchange, .dropRequest), .failed(.timedOut)),
        (MessageFault(.getTDISPVersion, .dropRequest), .failed(.timedOut)),
        (MessageFault(.getTDISPCapabilities, .refuse(.unspecified)), .failed(.deviceRefused)),
        (MessageFault(.query, .refuse(.unspecified)), .failed(.deviceRefused)),
        (MessageFault(.query, .dropRequest), .succeeded),
        (MessageFault(.keyProgram, occurrence: 3, .dropRequest), .failed(.timedOut)),
        (MessageFault(.keyProgram, occurrence: 3, .dropResponse), .failed(.timedOut)),
        (MessageFault(.keyProgram, .corruptRequest(at: 42)), .failed(.deviceRefused)),
        (MessageFault(.keyProgram, .busy(3)), .succeeded),
        // Four times asked by IDE_KM, each time eleven times by SPDM.
        (MessageFault(.keyProgram, .busy(44)), .failed(.busy)),
        (MessageFault(.keySetGo, occurrence: 6, .dropResponse), .failed(.timedOut)),
        (MessageFault(.keySetGo, .duplicateRequest), .succeeded),
        (MessageFault(.getMeasurements, .dropResponse), .failed(.timedOut)),
        (MessageFault(.getTDISPVersion, .delay(5_000_000)), .succeeded),
        (MessageFault(.getTDISPVersion, .delay(5_000_000_000)), .failed(.timedOut)),
    ]

    @Test(arguments: troubles)
    func `trouble on the way up ends connected, or with nothing left behind`(
        _ fault: MessageFault, _ outcome: Outcome
    ) throws {
        host.inject(fault)
        #expect(host.perform(ConnectionEffect.connect, demo.accelerator).outcome == outcome)
        let stream = try host.stream(demo.accelerator)
        let isUp = outcome == .succeeded
        #expect(stream.isDeviceSecure == isUp)
        #expect(stream.isRootPortSecure == isUp)
        #expect(host.snapshot.bridges[0].ideStreamsLeft == (isUp ? 3 : 4))
        #expect(host.perform(ConnectionEffect.connect, demo.accelerator).outcome == .succeeded)
    }

    @Test func `a key that arrives changed is found by the first integrity check`() throws {
        host.inject(MessageFault(.keyProgram, occurrence: 2, .corruptRequest(at: 7)))
        let report = host.convert(demo.vf0, for: demo.web1)
        #expect(report.outcome != .succeeded)
        #expect(try host.view(demo.vf0).workload.privateArrived == 0)
        #expect(try !host.stream(demo.vf0).isRootPortSecure)
        #expect(try host.view(demo.vf0).state == .error)
    }

    @Test func `a root port that fails leaves nothing behind`() throws {
        host.happen(.defect(demo.accelerator, .rootPortFails))
        #expect(host.perform(ConnectionEffect.connect, demo.accelerator).outcome == .failed(.other))
        #expect(try !host.stream(demo.accelerator).isDeviceSecure)
    }

    @Test func `keys and nonces are zeros in the trace`() throws {
        host.convert(demo.vf0, for: demo.web1)
        let keys = host.messages.filter { $0.message == .keyProgram && $0.direction == .request }
        #expect(keys.count == 6)
        #expect(keys.allSatisfy { $0.bytes.count == 47 && $0.bytes[7..<39].allSatisfy { $0 == 0 } })
        let locks = host.messages.filter { $0.message == .lockInterface && $0.direction == .response }
        #expect(locks.count == 1)
        #expect(locks.allSatisfy { $0.bytes.count == 48 && $0.bytes[16...].allSatisfy { $0 == 0 } })
        let starts = host.messages.filter { $0.message == .startInterface && $0.direction == .request }
        #expect(starts.allSatisfy { $0.bytes[16...].allSatisfy { $0 == 0 } })
    }
}
