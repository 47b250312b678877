import Assignment
import Emulator
import PCIe
import Testing

@testable import ScenarioReplay

/// What is said of faults and events outside of scenarios.
@Suite struct FaultTextTests {
    @Test(arguments: [
        ("{message: LOCK_INTERFACE, drop: response}", "the next LOCK_INTERFACE of any device: response lost"),
        (
            "{message: START_INTERFACE, occurrence: 2, of: nvme, busy: 3}",
            "the 2nd START_INTERFACE of 0000:3c:00.0: busy, 3 times"
        ),
        (
            "{message: QUERY, event: {link-down: nvme}}", "the next QUERY of any device: link-down before it arrives"
        ),
        (
            "{effect: accept, of: accelerator/vf0, unknown: done}",
            "the next accept of 0000:3b:00.1: is carried out, and nobody knows"
        ),
        ("{effect: reset, fail: timed-out}", "the next reset of any function: fails with timed-out"),
        ("{device-gone: nvme}", "device-gone"),
    ])
    func `a fault says what waits for what, an event what happened`(text: String, words: String) throws {
        #expect(FaultText.words(of: try FaultText.parse(text, on: .demo())) == words)
    }

    @Test func `a host lists the faults that wait, counted from now, until they happen`() throws {
        var host = try HostModel(.demo(), entropy: SeededEntropy(seed: 1))
        let nvme = try FunctionAddress(parsing: "0000:3c:00.0")
        host.inject(try FaultText.parse("{message: GET_VERSION, occurrence: 2, drop: response}", on: .demo()))
        host.inject(try FaultText.parse("{device-gone: network}", on: .demo()))
        let before = host.waitingFaults.map(FaultText.words)
        #expect(before == ["the 2nd GET_VERSION of any device: response lost"])
        _ = host.perform(ConnectionEffect.connect, on: nvme)
        let between = host.waitingFaults.map(FaultText.words)
        #expect(between == ["the next GET_VERSION of any device: response lost"])
        _ = host.perform(ConnectionEffect.disconnect, on: nvme)
        _ = host.perform(ConnectionEffect.connect, on: nvme)
        let after = host.waitingFaults.isEmpty
        #expect(after)
    }
}
