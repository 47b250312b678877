import Assignment
import Emulator
import PCIe
import TDISP
import Testing

@Suite struct ScaleTests {
    @Test func `devices of a uniform topology are converted side by side, in several segments`() throws {
        let topology = Topology.uniform(devices: 210)
        var host = try HostModel(topology, entropy: SeededEntropy(seed: 1), traceCapacity: 0)
        for index in [0, 199, 200, 209] {
            let tdi = topology.devices[index].address
            let domain = topology.domains[index / 100].id
            _ = host.perform(.releaseHostDriver, on: tdi)
            _ = host.perform(ConnectionEffect.connect, on: tdi)
            let effects: [AssignmentEffect] = [
                .attach(domain), .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock(.one), .accept(.one),
                .bindGuestDriver, .probePrivate,
            ]
            let outcomes = effects.map { host.perform($0, on: tdi).outcome }
            #expect(outcomes.allSatisfy { $0 == .succeeded }, "\(tdi): \(outcomes)")
        }
        let snapshot = host.snapshot()
        #expect(snapshot.functions.filter { $0.state == .run }.count == 4)
        #expect(snapshot.bridges.map { $0.ideStreams - $0.ideStreamsLeft } == [2, 2])
    }
}
