import Assignment
import Emulator
import Testing

@testable import ScenarioReplay

/// A recorded phase beside the host's word.
@Suite struct RestingSightTests {
    private let topology: Topology
    private let domain: DomainID

    init() throws {
        topology = try Topology.demo()
        domain = topology.domains[0].id
    }

    /// The rule that a record breaks on a host where these effects were carried out.
    private func breach(_ state: AssignmentState, _ effects: [AssignmentEffect]) throws -> SafetyRule? {
        let function = topology.devices[0].address
        var model = try HostModel(topology, entropy: SeededEntropy(seed: 1))
        _ = model.perform(ConnectionEffect.connect, on: function)
        for effect in effects { _ = model.perform(effect, on: function) }
        let (view, routes) = (model.view(of: function), model.routes(of: function))
        return RestingSight(state: state, view: try #require(view), routes: try #require(routes)).breach?.rule
    }

    private var attached: AssignmentState { .attached(Attached(lineage: Lineage(), owner: domain)) }
    private var privateOperation: AssignmentState { .private(Private(lineage: Lineage(), owner: domain)) }
    private let epoch = LockEpoch(rawValue: 1)

    @Test func `a device that is where its record says breaks nothing`() throws {
        #expect(try breach(.initial, []) == nil)
        #expect(try breach(attached, [.releaseHostDriver, .attach(domain)]) == nil)
    }

    @Test func `one that a domain holds is not available, and one that none holds is not attached`() throws {
        #expect(try breach(.initial, [.releaseHostDriver, .attach(domain)]) == .oneOwner)
        #expect(try breach(attached, []) == .oneOwner)
    }

    @Test func `one whose DMA is shut off is in between`() throws {
        let shut: [AssignmentEffect] = [.releaseHostDriver, .attach(domain), .cut(.first)]
        #expect(try breach(attached, shut) == .allOrHome)
    }

    @Test func `one that answers another state is not at rest where its record says`() throws {
        let locked: [AssignmentEffect] = [
            .releaseHostDriver, .attach(domain), .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings,
            .lock(epoch),
        ]
        #expect(try breach(attached, locked) == .alwaysEnds)
        #expect(try breach(privateOperation, locked) == .alwaysEnds)
        #expect(try breach(privateOperation, []) == .alwaysEnds)
    }
}
