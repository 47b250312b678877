import Assignment
import Emulator
import PCIe
import TDISP
import Testing

/// The actor: the hypervisor's directory beside the model.
@Suite struct EmulatedHostTests {
    /// A directory that says no, or cannot be reached.
    struct Refusing: DomainDirectory {
        let isUnreachable: Bool
        func domains() throws(DirectoryError) -> [DomainFacts] { throw error }
        func hostdevs() throws(DirectoryError) -> [FunctionAddress: DomainID] { throw error }
        func attach(_ function: FunctionAddress, to domain: DomainID) throws(DirectoryError) -> String { throw error }
        func detach(_ function: FunctionAddress, from domain: DomainID) throws(DirectoryError) -> String { throw error }
        func publish(_ binding: DomainBinding) throws(DirectoryError) { throw error }
        private var error: DirectoryError { DirectoryError("no", isUnreachable: isUnreachable) }
    }

    let demo: Demo

    init() throws { demo = try Demo() }

    private func makeHost(_ directory: (any DomainDirectory)? = nil) throws -> EmulatedHost {
        try EmulatedHost(Topology.demo(), entropy: SeededEntropy(seed: 1), directory: directory)
    }

    @Test func `attach and detach reach the directory`() async throws {
        let directory = TopologyDirectory(try Topology.demo())
        let host = try makeHost(directory)
        _ = await host.perform(.releaseHostDriver, on: demo.vf0)
        #expect(await host.perform(.attach(demo.web1), on: demo.vf0).outcome == .succeeded)
        #expect(await directory.hostdevs() == [demo.vf0: demo.web1])
        #expect(try await host.snapshot().function(demo.vf0)?.domain == demo.web1)
        #expect(await host.perform(.detach(demo.web1), on: demo.vf0).outcome == .succeeded)
        #expect(await directory.hostdevs().isEmpty)
    }

    @Test func `without a directory the model's own domains count`() async throws {
        let host = try makeHost()
        _ = await host.perform(.releaseHostDriver, on: demo.vf0)
        #expect(await host.perform(.attach(demo.web1), on: demo.vf0).outcome == .succeeded)
        #expect(try await host.snapshot().function(demo.vf0)?.domain == demo.web1)
        await host.withModel { $0.inject(.event(.domainStopped(demo.web1))) }
        #expect(try await host.snapshot().domain(demo.web1)?.running == false)
        await host.withModel { $0.inject(.event(.hostdevRemoved(demo.vf0))) }
        #expect(try await host.snapshot().function(demo.vf0)?.domain == nil)
        #expect(await host.publish(binding).outcome == .succeeded)
    }

    @Test func `an attach that the host refuses leaves nothing in the directory`() async throws {
        let directory = TopologyDirectory(try Topology.demo())
        let host = try makeHost(directory)
        #expect(await host.perform(.attach(demo.web1), on: demo.vf0).outcome == .failed(.busy))
        #expect(await directory.hostdevs().isEmpty)
    }

    @Test func `an attach that is refused and cannot be undone is of unknown outcome`() async throws {
        struct Sticky: DomainDirectory {
            func domains() -> [DomainFacts] { [] }
            func hostdevs() -> [FunctionAddress: DomainID] { [:] }
            func attach(_ function: FunctionAddress, to domain: DomainID) -> String { "persistent XML only" }
            func detach(_ function: FunctionAddress, from domain: DomainID) throws(DirectoryError) -> String {
                throw DirectoryError("no")
            }
            func publish(_ binding: DomainBinding) {}
        }
        let host = try makeHost(Sticky())
        #expect(await host.perform(.attach(demo.web1), on: demo.vf0).outcome == .unknown)
        _ = await host.perform(.releaseHostDriver, on: demo.vf0)
        let report = await host.perform(.attach(demo.web1), on: demo.vf0)
        #expect(report.outcome == .succeeded)
        #expect(report.detail.hasSuffix("; persistent XML only"))
        #expect(await host.perform(.detach(demo.web1), on: demo.vf0).outcome == .failed(.hypervisor))
    }

    @Test func `a hypervisor that refuses fails the attach, and nothing is mapped`() async throws {
        let host = try makeHost(Refusing(isUnreachable: false))
        _ = await host.perform(.releaseHostDriver, on: demo.vf0)
        #expect(await host.perform(.attach(demo.web1), on: demo.vf0).outcome == .failed(.hypervisor))
        #expect(await host.withModel { $0.view(of: demo.vf0)?.domain } == nil)
        #expect(await host.publish(binding).outcome == .failed(.hypervisor))
    }

    @Test func `a hypervisor that cannot be reached leaves the outcome unknown`() async throws {
        let host = try makeHost(Refusing(isUnreachable: true))
        _ = await host.perform(.releaseHostDriver, on: demo.vf0)
        #expect(await host.perform(.attach(demo.web1), on: demo.vf0).outcome == .unknown)
        await #expect(throws: PlatformError.self) { try await host.snapshot() }
    }

    @Test func `a binding is published to the directory and taken back`() async throws {
        let directory = TopologyDirectory(try Topology.demo())
        let host = try makeHost(directory)
        #expect(await host.publish(binding).outcome == .succeeded)
        #expect(await directory.bindings[demo.vf0] == binding)
        var home = binding
        home.phase = .available
        _ = await host.publish(home)
        #expect(await directory.bindings.isEmpty)
    }

    private var binding: DomainBinding {
        DomainBinding(device: demo.vf0, domain: demo.web1, phase: .private, epoch: .one)
    }

    @Test func `a fault at an effect of the actor stands before the directory`() async throws {
        let directory = TopologyDirectory(try Topology.demo())
        let host = try makeHost(directory)
        _ = await host.perform(.releaseHostDriver, on: demo.vf0)
        await host.withModel { $0.inject(.effect(EffectFault(.assignment(.attach), .fail(.hypervisor)))) }
        #expect(await host.perform(.attach(demo.web1), on: demo.vf0).outcome == .failed(.hypervisor))
        #expect(await directory.hostdevs().isEmpty)
    }

    @Test func `notices come once, by device`() async throws {
        let host = try makeHost()
        _ = await host.perform(.connect, on: demo.accelerator)
        await host.withModel { $0.inject(.event(.sessionLost(demo.accelerator))) }
        #expect(await host.notices(of: demo.nvme).isEmpty)
        #expect(await host.notices(of: demo.accelerator) == [.connection(.sessionLost)])
        #expect(await host.notices(of: demo.accelerator).isEmpty)
    }
}
