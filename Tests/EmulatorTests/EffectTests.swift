import Assignment
import Attestation
import Emulator
import IOMMU
import PCIe
import TDISP
import Testing

/// What each effect needs, and what it says when that is not there.
@Suite struct EffectTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
    }

    @Test func `effects of the owner do not reach the platform`() {
        for effect in [AssignmentEffect.none, .requireConnection, .collectEvidence(.one), .appraise(.one), .rekey] {
            #expect(host.perform(effect, demo.vf0).outcome == .failed(.unsupported))
        }
        #expect(host.perform(ConnectionEffect.announce(.ended), demo.vf0).outcome == .failed(.unsupported))
    }

    @Test func `a function that does not exist is gone`() throws {
        let nowhere = try address("0000:77:00.0")
        #expect(host.perform(.stop, nowhere).outcome == .failed(.deviceGone))
        #expect(host.perform(ConnectionEffect.connect, nowhere).outcome == .failed(.deviceGone))
        #expect(host.snapshot.function(nowhere) == nil)
    }

    @Test func `attach needs vfio-pci and a domain that runs`() throws {
        #expect(host.perform(.attach(demo.web1), demo.vf0).outcome == .failed(.busy))
        host.perform(.releaseHostDriver, demo.vf0)
        #expect(host.perform(.attach(demo.off1), demo.vf0).outcome == .failed(.hypervisor))
        #expect(host.perform(.attach(DomainID(high: 1, low: 1)), demo.vf0).outcome == .failed(.hypervisor))
        #expect(host.perform(.attach(demo.web1), demo.vf0).outcome == .succeeded)
        #expect(host.perform(.attach(demo.db1), demo.vf0).outcome == .failed(.busy))
        #expect(host.perform(.returnHostDriver, demo.vf0).outcome == .failed(.busy))
    }

    @Test func `a VM without a TEE gets its device by T=0 to all of its memory`() throws {
        host.perform(.releaseHostDriver, demo.network)
        #expect(host.perform(.attach(demo.plain1), demo.network).outcome == .succeeded)
        #expect(try host.routes(demo.network).untrusted.map(\.addresses) == [0..<16 << 20])
    }

    @Test func `TDISP without a connection fails as a lost connection`() {
        for effect in [
            AssignmentEffect.lock(.one), .reconfirm(.one), .accept(.one), .askState, .stop, .compareIdentity,
        ] {
            #expect(host.perform(effect, demo.vf0).outcome == .failed(.connectionLost))
        }
        #expect(host.collect(demo.vf0).report.outcome == .failed(.connectionLost))
    }

    @Test func `mappings are dropped only once they are saved`() {
        host.attach(demo.vf0, to: demo.web1)
        #expect(host.perform(.dropMappings, demo.vf0).outcome == .failed(.other))
        #expect(host.perform(.saveLedger, demo.vf0).outcome == .succeeded)
        #expect(host.perform(.dropMappings, demo.vf0).outcome == .succeeded)
        #expect(!host.tryDMA(demo.vf0, .untrusted, at: 0).hasArrived)
    }

    @Test func `accept needs a lock of the same epoch`() {
        host.attach(demo.vf0, to: demo.web1)
        host.lock(demo.vf0, .one)
        #expect(host.perform(.accept(.two), demo.vf0).outcome == .failed(.other))
        #expect(host.perform(.reconfirm(.one), demo.vf0).outcome == .failed(.other))
        #expect(host.collect(demo.vf0, .two).report.outcome == .failed(.other))
    }

    @Test func `evidence binds session, stream, nonce and report`() throws {
        host.attach(demo.vf0, to: demo.web1)
        host.lock(demo.vf0)
        let evidence = try #require(host.collect(demo.vf0).evidence)
        #expect(evidence.nonce == testNonce)
        #expect(evidence.evidenceSession == evidence.lockSession && evidence.lockSession == evidence.streamSession)
        #expect(evidence.stream == evidence.secureStream)
        #expect(evidence.serial == "ACC-0001")
        #expect(evidence.rootDigest.count == 48 && evidence.rootDigest != evidence.leafDigest)
        #expect(evidence.identityProven)
        let report = try InterfaceReport.decode(evidence.report.span)
        #expect(report.info == [.noFirmwareUpdate, .dmaWithoutPASID])
        #expect(report.ranges.map(\.pageCount) == [16])
    }

    @Test func `the report of a physical function sets a locked MSI-X table apart`() throws {
        var topology = try Topology.demo()
        topology.profile = try RoutingProfile(.coveIO)
        let host = try TestHost(topology)
        host.attach(demo.accelerator, to: demo.web1)
        host.lock(demo.accelerator)
        let evidence = try #require(host.collect(demo.accelerator).evidence)
        let report = try InterfaceReport.decode(evidence.report.span)
        #expect(report.locksMSIX)
        #expect(report.ranges.map(\.pageCount) == [4094, 1, 1, 16])
        #expect(report.ranges.map(\.id) == [0, 0, 0, 2])
        #expect(report.ranges.map(\.attributes) == [[], .msixTable, .msixPendingBits, []])
    }

    @Test func `two devices of one root differ in their leaf`() throws {
        host.attach(demo.vf0, to: demo.web1)
        host.lock(demo.vf0)
        host.attach(demo.nvme, to: demo.web1)
        host.lock(demo.nvme)
        let first = try #require(host.collect(demo.vf0).evidence)
        let second = try #require(host.collect(demo.nvme).evidence)
        #expect(first.rootDigest == second.rootDigest)
        #expect(first.leafDigest != second.leafDigest)
    }

    /// A certificate that keeps a device from being authenticated, and what is said of it.
    @Test(arguments: [
        (Topology.Device.Flaw.expiredCertificate, "notAfter"), (.foreignCertificate, "Device"),
    ])
    func `a device without a valid certificate is refused when it appears, and does not connect`(
        _ flaw: Topology.Device.Flaw, _ field: String
    ) throws {
        var topology = try Topology.demo()
        topology.devices[1].flaws = [flaw]
        let host = try TestHost(topology)
        host.authenticateNewcomers()
        guard case .refused(let reason) = try host.facts(demo.nvme).authentication else {
            Issue.record("it was not refused")
            return
        }
        #expect(reason.contains("GET_CERTIFICATE") && reason.contains(field), "\(reason)")
        let report = host.perform(ConnectionEffect.connect, demo.nvme)
        #expect(report.outcome == .failed(.identityChanged))
        #expect(report.detail.contains(field))
    }

    @Test func `an expired certificate is refused for its validity also where its root is trusted`() throws {
        var topology = try Topology.demo()
        topology.devices[1].flaws = [.expiredCertificate]
        topology.trustedRoots = [topology.devices[1].identity.root]
        let host = try TestHost(topology)
        host.authenticateNewcomers()
        guard case .refused(let reason) = try host.facts(demo.nvme).authentication else {
            Issue.record("it was not refused")
            return
        }
        #expect(reason.contains("certificate 2, notAfter"), "\(reason)")
        guard case .authenticated = try host.facts(demo.accelerator).authentication else {
            Issue.record("another device of the root was refused")
            return
        }
    }

    /// A name that no certificate can have.
    private static let impossible = String(repeating: "x", count: 65)

    @Test func `a device for which no certificate can be made is refused for that`() throws {
        var topology = try Topology.demo()
        topology.devices[1].identity.root = Self.impossible
        let host = try TestHost(topology)
        host.authenticateNewcomers()
        guard case .refused(let reason) = try host.facts(demo.nvme).authentication else {
            Issue.record("it was not refused")
            return
        }
        #expect(reason.contains("no identity"), "\(reason)")
        #expect(host.perform(ConnectionEffect.connect, demo.nvme).detail.contains("no identity"))
    }

    @Test func `a host whose trusted roots cannot be had says that, and believes nobody`() throws {
        var topology = try Topology.demo()
        topology.trustedRoots = [Topology.Identity.defaultRoot, Self.impossible]
        let host = try TestHost(topology)
        host.authenticateNewcomers()
        guard case .refused(let reason) = try host.facts(demo.nvme).authentication else {
            Issue.record("it was not refused")
            return
        }
        #expect(reason.contains("trusted root, root"), "\(reason)")
    }

    @Test func `a session that ends while measurements are asked for is told, and takes its interfaces along`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.inject(MessageFault(.getMeasurements, .corruptRequest(at: 30)))
        #expect(host.perform(.compareIdentity, demo.vf0).outcome == .failed(.connectionLost))
        #expect(host.notices(demo.vf0).contains(.connection(.sessionLost)))
        #expect(try host.view(demo.vf0).state == .error)
        #expect(try !host.stream(demo.vf0).isRootPortSecure)
    }

    @Test func `a session gets new keys before the old ones are spent`() throws {
        let host = try TestHost(recordLimit: 64)
        host.convert(demo.vf0, for: demo.web1)
        for _ in 0..<300 {
            guard host.perform(.askState, demo.vf0).state == .run else {
                Issue.record("the session did not last")
                return
            }
        }
    }

    @Test func `another card in the slot is authenticated anew`() throws {
        let host = try TestHost()
        host.authenticateNewcomers()
        host.happen(.identitySwapped(demo.nvme, serial: "SSD-0002"))
        #expect(try host.facts(demo.nvme).authentication == nil)
        host.authenticateNewcomers()
        #expect(
            try host.facts(demo.nvme).authentication
                == .authenticated(serial: "SSD-0002", root: "Example Device CA", isTrusted: false))
    }

    @Test func `looking for newcomers does not disturb a session`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.authenticateNewcomers()
        #expect(try host.view(demo.vf0).state == .run)
        #expect(host.perform(.askState, demo.vf0).state == .run)
    }

    @Test func `devices that appear are authenticated by the roots that the host trusts`() throws {
        var topology = try Topology.demo()
        topology.trustedRoots = ["Example Device CA"]
        topology.devices[1].identity.root = "Another CA"
        let host = try TestHost(topology)
        #expect(try host.facts(demo.vf0).authentication == nil)
        host.authenticateNewcomers()
        let known = DeviceAuthentication.authenticated(serial: "ACC-0001", root: "Example Device CA", isTrusted: true)
        #expect(try host.facts(demo.accelerator).authentication == known)
        #expect(try host.facts(demo.vf0).authentication == known)
        #expect(try host.facts(demo.network).authentication == .cannot)
        guard case .refused(let reason) = try host.facts(demo.nvme).authentication else {
            Issue.record("it was not refused")
            return
        }
        #expect(reason.contains("root"), "\(reason)")
    }

    /// A device set up wrongly, which LOCK refuses.
    @Test(arguments: [Topology.Device.Flaw.phantomFunctions, .overlappingMemory, .trafficClass])
    func `a flaw is refused at LOCK and named in the snapshot`(_ flaw: Topology.Device.Flaw) throws {
        var topology = try Topology.demo()
        topology.devices[1].memoryRanges = [
            Topology.MemoryRange(register: 0, address: 0x30_0000_0000),
            Topology.MemoryRange(
                register: 2, address: flaw == .overlappingMemory ? 0x30_0000_0000 : 0x31_0000_0000),
        ]
        topology.devices[1].flaws = [flaw]
        let host = try TestHost(topology)
        host.attach(demo.nvme, to: demo.web1)
        let report = host.lock(demo.nvme)
        #expect(report.outcome == .failed(.deviceRefused))
        #expect(report.detail.contains("INVALID_DEVICE_CONFIGURATION"))
        let facts = try host.facts(demo.nvme)
        #expect(facts.phantomFunctionsOff == (flaw != .phantomFunctions))
        #expect(facts.addressesDisjoint == (flaw != .overlappingMemory))
        #expect(facts.trafficClassZero == (flaw != .trafficClass))
    }

    @Test func `a probe on a function that is not in RUN is disproven`() {
        host.attach(demo.vf0, to: demo.web1)
        let report = host.perform(.probePrivate, demo.vf0)
        #expect(report.outcome == .failed(.notProven))
        #expect(report.proofs.map(\.result) == [.disproven, .proven])
    }

    @Test func `time passes with everything that is done`() {
        let start = host.time
        host.perform(.releaseHostDriver, demo.vf0)
        let afterDriver = host.time
        host.perform(.reset(.function), demo.vf0)
        #expect(afterDriver > start)
        #expect(host.time - afterDriver >= 100_000_000)
    }

    @Test func `the snapshot tells what admission needs`() throws {
        host.convert(demo.vf0, for: demo.web1)
        let facts = try host.facts(demo.vf0)
        #expect(facts.domain == demo.web1 && facts.driver == "vfio-pci" && facts.state == .run && facts.connected)
        #expect(facts.dsm == demo.accelerator && facts.bridge == "pci0000:3a" && facts.flr && facts.teeIO)
        #expect(try host.facts(demo.nvme).state == nil)
        #expect(host.snapshot.domain(named: "off1")?.running == false)
        #expect(host.snapshot.domain(named: "plain1")?.tee == nil)
        #expect(try host.facts(demo.accelerator).enabledVFs == 2)
    }
}
