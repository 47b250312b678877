import Assignment
import Attestation
import Emulator
import IOMMU
import PCIe
import TDISP
import Testing

/// What functions send by translations of their own, to each other, and as interrupts.
@Suite struct `Traffic beside the tables` {
    private let host: TestHost
    private let accelerator: FunctionAddress
    private let storage: FunctionAddress
    private let web: DomainID

    init() throws {
        var topology = try Topology.demo()
        for index in 0...1 {
            topology.devices[index].features.insert(.ats)
            topology.devices[index].dsm.lockFlags.insert(.bindP2P)
            topology.devices[index].dsm.streams = 2
        }
        host = try TestHost(topology)
        (accelerator, storage, web) = (host.demo.accelerator, host.demo.nvme, host.demo.web1)
    }

    private static let page: UInt64 = 4 << 20

    @Test func `the report says that ATS is on, and the device keeps what it is told`() throws {
        host.attach(accelerator, to: web)
        host.lock(accelerator)
        let evidence = try #require(host.collect(accelerator).evidence)
        #expect(try InterfaceReport.decode(evidence.report.span).info.contains(.ats))
        #expect(host.accept(accelerator).outcome == .succeeded)
        #expect(host.tryDMA(accelerator, .trusted, at: Self.page).hasArrived)
        let held = try host.routes(accelerator).translations
        #expect(held.contains { $0.tBit == .trusted && $0.address == Self.page && $0.owner == $0.ownerNow })
    }

    @Test func `a conversion waits for the answer of the device`() throws {
        #expect(host.convert(accelerator, for: web).outcome == .succeeded)
        #expect(host.tryDMA(accelerator, .trusted, at: Self.page).hasArrived)
        host.happen(.invalidationStuck(accelerator, true))
        host.happen(.pagesConverted(web, from: Self.page, size: 4096, toShared: true))
        #expect(
            host.memory.conversions.first?.heldBy
                == .cachedByDevice(accelerator.requesterID, address: Self.page))
        #expect(try host.routes(accelerator).unansweredInvalidations == 1)
        host.happen(.invalidationStuck(accelerator, false))
        host.advance()
        #expect(host.memory.conversions.isEmpty)
        #expect(!host.tryDMA(accelerator, .trusted, at: Self.page).hasArrived)
    }

    @Test func `a device that keeps a translation is not back`() throws {
        #expect(host.convert(accelerator, for: web).outcome == .succeeded)
        #expect(host.tryDMA(accelerator, .trusted, at: Self.page).hasArrived)
        host.happen(.invalidationStuck(accelerator, true))
        host.perform(.cut(.first), accelerator)
        #expect(!host.tryDMA(accelerator, .trusted, at: Self.page).hasArrived)
        let early = host.perform(.proveReturn, accelerator)
        #expect(early.outcome == .failed(.notProven))
        #expect(early.proofs.contains { $0.claim == "the function holds no translation" && $0.result == .disproven })
        let home = host.carry([.stop, .reset(.function), .restoreConfiguration, .proveReturn], accelerator)
        #expect(home.outcome == .succeeded, "\(home.detail)")
    }

    @Test func `peers are bound by both devices and the IOMMU, or not at all`() throws {
        #expect(host.convert(accelerator, for: web).outcome == .succeeded)
        host.happen(.peersBound(accelerator, with: storage, true))
        #expect(host.count(.bindP2PStream) == 1)
        #expect(try host.routes(accelerator).peers.isEmpty)
        #expect(host.convert(storage, for: web).outcome == .succeeded)
        host.happen(.peersBound(accelerator, with: storage, true))
        #expect(try host.routes(accelerator).peers == [storage])
        #expect(host.tryPeer(accelerator, to: storage) == .delivered)
        host.perform(.cut(.first), storage)
        #expect(host.tryPeer(accelerator, to: storage) == .stopped(.refused(.notBound(storage.requesterID))))
        host.perform(.stop, storage)
        // Once when the first attempt was undone, once now.
        #expect(host.count(.unbindP2PStream) == 2)
        #expect(try host.view(accelerator).state == .run)
    }

    @Test(arguments: RoutingProfile.all)
    func `interrupts go in every state but ERROR, as the platform has the table locked`(profile: RoutingProfile) throws
    {
        var topology = try Topology.demo()
        topology.profile = profile
        let host = try TestHost(topology)
        let isLocked = profile.platform == .coveIO
        #expect(host.tryInterrupt(accelerator) == .delivered)
        #expect(host.convert(accelerator, for: web).outcome == .succeeded)
        let view = try #require(try host.routes(accelerator).interrupts)
        #expect(view.isTableLocked == isLocked)
        #expect(view.tBit == (isLocked ? .trusted : .untrusted))
        #expect((view.outcome == .delivered) == !isLocked)
        host.happen(.poisonedData(accelerator))
        #expect(host.tryInterrupt(accelerator) == .stopped(.notSent))
        // A virtual function has no MSI-X table here.
        #expect(try host.routes(host.demo.vf0).interrupts == nil)
    }
}
