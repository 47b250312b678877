import Assignment
import Emulator
import IOMMU
import PCIe
import TDISP
import Testing

/// What is told of a DMA is what becomes of it.
@Suite struct `Explanations` {
    private static let page: UInt64 = 4 << 20

    /// A host whose accelerator has ATS, in private operation for web1.
    private func translating() throws -> (TestHost, FunctionAddress) {
        var topology = try Topology.demo()
        topology.devices[0].features.insert(.ats)
        let host = try TestHost(topology)
        let accelerator = host.demo.accelerator
        #expect(host.convert(accelerator, for: host.demo.web1).outcome == .succeeded)
        return (host, accelerator)
    }

    /// Whether a DMA that is tried ends where the explanation has it end.
    private func agrees(
        _ host: TestHost, _ function: FunctionAddress, _ tBit: TBit, at address: UInt64
    ) throws -> Bool {
        let told = try host.explain(function, tBit, at: address)
        switch (host.tryDMA(function, tBit, at: address), told.rootPort, told.iommu.route) {
        case (.arrived(let segments), nil, .reaches(let expected)): return segments == expected
        case (.stopped(.fault(let fault)), nil, .faults(let expected)): return fault == expected
        case (.stopped(let stop), let expected?, _): return stop == expected
        case (.arrived, _, _), (.stopped, nil, _): return false
        }
    }

    @Test func `a device with ATS asks first, and then sends what it was told`() throws {
        let (host, device) = try translating()
        let first = try host.explain(device, .trusted, at: Self.page)
        let physical = try #require(first.iommu.route.physical)
        #expect(first.translation == .given(physical: physical, .readWrite))
        #expect(host.tryDMA(device, .trusted, at: Self.page).hasArrived)
        let second = try host.explain(device, .trusted, at: Self.page)
        #expect(second.translation == .held(physical: physical))
        #expect(second.iommu.request.isTranslated && second.iommu.request.address == physical)
        #expect(second.guest.map(\.finding) == [.none])
    }

    @Test func `pages that are shared by now are still reached by a translation that the device holds`() throws {
        let (host, device) = try translating()
        #expect(host.tryDMA(device, .trusted, at: Self.page + 0x1000).hasArrived)
        host.happen(.invalidationStuck(device, true))
        host.happen(.pagesConverted(host.demo.web1, from: Self.page, size: 64 << 10, toShared: true))
        let told = try host.explain(device, .trusted, at: Self.page + 0x1000)
        #expect(told.rootPort == nil && told.iommu.route.physical != nil)
        #expect(told.guest.map(\.finding) == [.heldTranslation])
        #expect(try agrees(host, device, .trusted, at: Self.page + 0x1000))
        // A page that it holds no translation to is asked for, in vain.
        let other = try host.explain(device, .trusted, at: Self.page)
        guard case .refused(.fault(let fault)) = other.translation else {
            return #expect(Bool(false), "\(String(describing: other.translation))")
        }
        #expect(fault.check == .notMapped(level: 1) && other.iommu.route == .faults(fault))
        #expect(try agrees(host, device, .trusted, at: Self.page))
    }

    @Test func `telling changes nothing, not even what the device has forgotten`() throws {
        let (host, device) = try translating()
        #expect(host.tryDMA(device, .trusted, at: Self.page).hasArrived)
        host.happen(.functionReset(device))
        #expect(try host.explain(device, .trusted, at: Self.page).translation == .unasked)
        #expect(try host.routes(device).translations.isEmpty == false)
        #expect(try agrees(host, device, .trusted, at: Self.page))
    }

    @Test func `an access over pages is left to the IOMMU, and a device without ATS has no say`() throws {
        let (host, device) = try translating()
        #expect(try host.explain(device, .trusted, at: Self.page + 0xFF0).translation == .crossesPages)
        #expect(try host.explain(host.demo.nvme, .untrusted, at: 0).translation == nil)
    }

    @Test func `T=1 outside RUN is stopped for the reason that it has`() throws {
        let host = try TestHost()
        let demo = host.demo
        func stop() throws -> DMAStop? { try host.explain(demo.vf0, .trusted, at: 1 << 20).rootPort }
        #expect(try stop() == .noSecureStream(.none))
        host.attach(demo.vf0, to: demo.web1)
        #expect(try stop() == .noSecureStream(.withheld(.configUnlocked)))
        host.lock(demo.vf0)
        #expect(try stop() == .noSecureStream(.withheld(.configLocked)))
        host.accept(demo.vf0)
        #expect(try stop() == nil)
        host.happen(.poisonedData(demo.vf0))
        let told = try host.explain(demo.vf0, .trusted, at: 1 << 20)
        #expect(told.rootPort == .noSecureStream(.withheld(.error)))
        // The platform has heard nothing yet: its own tables still have the page.
        #expect(told.iommu.route.physical != nil)
        #expect(
            told.rootPort?.description
                == "root port: T=1 outside a Secure stream: the DSM puts nothing of it on the stream in ERROR")
        host.happen(.streamDisabled(demo.accelerator))
        #expect(try stop() == .noSecureStream(.insecure))
        #expect(try host.explain(demo.network, .trusted, at: 0).rootPort == .noSecureStream(.none))
    }

    @Test(arguments: ["arm-cca", "arm-cca/unified"])
    func `T=0 from RUN is nothing that breaks rules where the platform declares it`(name: String) throws {
        var topology = try Topology.demo()
        topology.profile = try RoutingProfile(named: name)
        let host = try TestHost(topology)
        #expect(host.convert(host.demo.vf0, for: host.demo.web1).outcome == .succeeded)
        let told = try host.explain(host.demo.vf0, .untrusted, at: 0x8_0000)
        #expect((told.device == nil) == (name == "arm-cca/unified"))
        #expect((told.iommu.route.physical == nil) == (name == "arm-cca"))
        #expect(try agrees(host, host.demo.vf0, .untrusted, at: 0x8_0000))
    }
}

extension Route {
    /// First host physical address; nil: it faults.
    fileprivate var physical: UInt64? {
        switch self {
        case .reaches(let segments): segments.first?.physical
        case .faults: nil
        }
    }
}
