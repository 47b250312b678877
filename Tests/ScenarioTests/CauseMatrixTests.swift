import Foundation
import PCIe
import Testing

@testable import ScenarioReplay

/// Every cause of ERROR, at a physical and at a virtual function, in CONFIG_LOCKED and in RUN, with a running sibling in the
/// same VM and in another one: in which state both are then, against the table in `Docs/Scenarios.md`; and whatever that is,
/// both come to rest, no rule broken.
@Suite struct CauseMatrixTests {
    /// What may take an interface out of private operation.
    struct Cause: CustomTestStringConvertible, Sendable {
        let name: String
        /// As a scenario has it; `@` stands for what it happens to.
        let steps: String
        var target = Target.function
        var topology = "demo"
        /// Another platform than the topology's.
        var platform: String?
        var testDescription: String { name }

        init(
            _ name: String, _ event: String, _ target: Target = .function, topology: String = "demo",
            platform: String? = nil,
            then: String = ""
        ) {
            self.name = name
            self.target = target
            self.topology = topology
            self.platform = platform
            steps = "- event: {\(event)}" + then
        }
    }

    /// What an event happens to.
    enum Target: Sendable {
        /// The function, physical or virtual.
        case function
        /// The device, whichever function is looked at.
        case device
        /// The physical function alone: its virtual ones do not have the register, or do not do it.
        case physical
    }

    static let causes = [
        Cause("conventional reset", "conventional-reset: @", .device),
        Cause("FLR", "function-reset: @"),
        Cause("FLR by the register", "configuration-write: @, offset: 0x50, width: 2, value: 0x8100"),
        Cause("requester ID change", "incident: @, kind: requester-id-changed", .device),
        Cause("link down", "link-down: @", .device),
        Cause("integrity check", "integrity-check-failed: @", .device),
        Cause("registers of the stream", "configuration-write: @, offset: 0x170, width: 4, value: 0x00ff0000", .device),
        Cause("stream disabled at the root port", "stream-disabled: @", .device),
        Cause("SPDM session ends", "session-lost: @", .device),
        Cause(
            "no heartbeat", "heartbeats-held: @", .device, topology: "heartbeat",
            then: "\n- advance: 12s\n- event: {heartbeats-held: accelerator, on: false}"),
        Cause("poisoned TLP", "poisoned-data: @"),
        Cause("data integrity lost", "incident: @, kind: data-integrity-lost"),
        Cause("own request fails", "incident: @, kind: request-failed"),
        Cause("debug authorized", "debug-authorized: @", .device),
        Cause("firmware forced", "firmware-update: @, version: 2.1.1, forced: true", .device),
        Cause(
            "lower security version forced",
            "firmware-update: @, version: 2.0.0, lowers-security-version: true, forced: true", .device,
            topology: "firmware-not-locked"),
        Cause("DSM loses its state", "incident: @, kind: context-lost", .device),
        Cause("power state", "configuration-write: @, offset: 0x44, width: 2, value: 3"),
        Cause("translation with T=0", "incident: @, kind: untrusted-translation"),
        Cause("page response with T=0", "incident: @, kind: untrusted-page-response"),
        Cause("Bus Master Enable", "bus-master-cleared: @"),
        Cause("Memory Space Enable", "memory-space-cleared: @"),
        Cause("base address register", "memory-moved: @, register: 0, value: 0x1000000", .physical),
        Cause("self test", "configuration-write: @, offset: 0x0f, width: 1, value: 0x40", .physical),
        Cause("expansion ROM", "configuration-write: @, offset: 0x30, width: 4, value: 0xf0000001", .physical),
        Cause("Extended Tag", "configuration-write: @, offset: 0x50, width: 2, value: 0"),
        Cause("Phantom Functions", "configuration-write: @, offset: 0x50, width: 2, value: 0x0300", .physical),
        Cause("Enable No Snoop", "configuration-write: @, offset: 0x50, width: 2, value: 0x0900", .physical),
        Cause("10-bit tags", "configuration-write: @, offset: 0x70, width: 2, value: 0x1000"),
        Cause("14-bit tags", "configuration-write: @, offset: 0x1e4, width: 2, value: 4", .physical),
        Cause("VF Enable", "configuration-write: @, offset: 0x108, width: 2, value: 0", .physical),
        Cause("NumVFs", "configuration-write: @, offset: 0x110, width: 2, value: 1", .physical),
        Cause("VF BARs", "configuration-write: @, offset: 0x124, width: 4, value: 0x2000000c", .device),
        Cause("PASID", "configuration-write: @, offset: 0x1da, width: 2, value: 1", .physical),
        Cause("ARI", "configuration-write: @, offset: 0x1d2, width: 2, value: 0x0010", .physical),
        Cause("Resizable BAR", "configuration-write: @, offset: 0x1f4, width: 4, value: 0x0520", .physical),
        Cause(
            "MSI-X, its table locked", "configuration-write: @, offset: 0x86, width: 2, value: 0x8000", .physical,
            platform: "cove-io"),
        Cause(
            "MSI-X, its table not locked", "configuration-write: @, offset: 0x86, width: 2, value: 0x8000", .physical),
        Cause("registers that are not tracked", "configuration-write: @, offset: 0x3c, width: 1, value: 5", .physical),
        Cause("device gone", "device-gone: @", .device),
    ]

    @Test(arguments: causes) func `a cause does what the table says, and everybody comes to rest`(cause: Cause)
        async throws
    {
        var cells: [String] = []
        for locked in [true, false] {
            for function in ["accelerator", "accelerator/vf0"] {
                guard cause.target != .physical || function == "accelerator" else {
                    cells.append("-")
                    continue
                }
                let ofOne = try await states(cause, at: function, locked: locked, sibling: "web1")
                let ofTwo = try await states(cause, at: function, locked: locked, sibling: "db1")
                cells.append(ofOne == ofTwo ? ofOne : "one VM: \(ofOne); two: \(ofTwo)")
            }
        }
        let row = "| \(cause.name) | \(cells.joined(separator: " | ")) |"
        #expect(Self.page.contains(row), "\(row)")
    }

    private static let page: [String] = {
        let page = URL(fileURLWithPath: Corpus.folder).appendingPathComponent("../Docs/Scenarios.md").standardized
        return (try? String(contentsOf: page, encoding: .utf8))?.split(separator: "\n").map(String.init) ?? []
    }()

    @Test func `the table has a row for each cause, and no more`() {
        let table = Self.page.drop { $0 != "<!-- matrix -->" }.dropFirst(3).prefix { $0 != "<!-- /matrix -->" }
        #expect(table.map { $0.split(separator: "|")[0].trimmingCharacters(in: [" "]) } == Self.causes.map(\.name))
    }

    /// The states of a function and of its running sibling behind the event.
    private func states(_ cause: Cause, at function: String, locked: Bool, sibling domain: String) async throws
        -> String
    {
        let place = cause.target == .function ? function : "accelerator"
        let steps = """
            - convert: accelerator/vf1
              domain: \(domain)
            - convert: \(function)
              domain: web1
            \(locked ? "  crash-after: collect-evidence" : "")
            - check: \(function)
              expect: {phase: private}
            - check: accelerator/vf1
              expect: {phase: private}
            \(cause.steps.replacingOccurrences(of: "@", with: place))
            - check: \(function)
              expect: {phase: private}
            - check: accelerator/vf1
              expect: {phase: private}
            """
        var text = scenarioText(steps: steps)
        if cause.topology != "demo" {
            text = text.replacingOccurrences(of: "topology: demo", with: "topology: topologies/\(cause.topology).yaml")
        }
        if let platform = cause.platform {
            text = text.replacingOccurrences(of: "steps:", with: "platform: \(platform)\nsteps:")
        }
        let scenario = try Scenario(parsing: text, file: "\(Corpus.folder)/cause.yaml")
        let stage = try Stage(scenario)
        var seen: [String] = []
        for (index, step) in scenario.steps.enumerated() {
            let before = await stage.situation(of: step.act.place)
            let sightings = await stage.perform(step, number: index + 1)
            await stage.settleDown()
            #expect(await stage.breach(after: step, from: before) == nil, "\(text)")
            if case .check = step.act, case .word(let state) = sightings[.state] ?? .word("none") { seen.append(state) }
        }
        #expect(seen.prefix(2) == [locked ? "CONFIG_LOCKED" : "RUN", "RUN"])
        #expect(await stage.comeToRest(after: scenario, isUnheard: false) == nil, "\(text)")
        let ends = await stage.ends
        #expect(ends.breach == nil && ends.worst != .broken, "\(text)")
        return seen.dropFirst(2).joined(separator: ", ")
    }
}
