import Assignment
import Emulator
import PCIe
import Testing

@testable import ScenarioReplay

@Suite struct FaultSweepTests {
    private static let function = FunctionAddress(requesterID: RequesterID(bus: 0x3B, device: 0, function: 0))

    private func scenario(_ steps: String) throws -> Scenario {
        try Scenario(parsing: scenarioText(steps: steps), file: "s.yaml")
    }

    /// What comes of a conversion with one more fault.
    private func conversion(_ cause: SweptFault.Cause, _ effect: EffectName, _ occurrence: Int = 1) async throws
        -> SweepResult
    {
        let conversion = try scenario("- convert: accelerator\n  domain: web1")
        let moment = SweptFault.Moment.effect(.assignment(effect), of: Self.function, occurrence: occurrence)
        return await FaultSweep.run(conversion, with: SweptFault(cause, at: moment)).result
    }

    /// `tdispctl replay --sweep Scenarios` plays all of them.
    @Test func `a sample of all faults of all scenarios leaves every device at rest and every rule whole`() async throws
    {
        var generator = SeededEntropy(seed: 1)
        func draw<Item>(_ items: [Item]) -> Item? {
            generator.next().flatMap { items.isEmpty ? nil : items[Int($0 % UInt64(items.count))] }
        }
        var matrix = FaultMatrix()
        for _ in 0..<16 {
            let scenario = try Scenario(contentsOfFile: try #require(draw(Corpus.files)))
            let faults = await FaultSweep.faults(of: scenario)
            for _ in 0..<4 {
                guard let fault = draw(faults) else { continue }
                let (result, _) = await FaultSweep.run(scenario, with: fault)
                #expect(result.isSound, "\(result)")
                matrix.count(result)
            }
        }
        print(matrix)
    }

    @Test func `a conversion is swept at every effect and every message that reach the host`() async throws {
        let faults = await FaultSweep.faults(of: try scenario("- convert: accelerator\n  domain: web1"))
        let trace = await ScenarioRunner.run(try scenario("- convert: accelerator\n  domain: web1")).trace
        let effects = trace.entries.count { entry in
            guard case .engine(let step) = entry.kind, case .started(let effect) = step.what else { return false }
            // The connection stands for itself, and the verdict is the owner's.
            return effect != .requireConnection && effect != .appraise
        }
        #expect(Set(faults).count == faults.count)
        #expect(faults.count { $0.cause == .effectFails } == effects + 1)
        #expect(faults.count { $0.cause == .managerDiesAfter } == effects + 1)
        #expect(faults.contains { "\($0)" == "LOCK_INTERFACE 1 of 0000:3b:00.0: response lost" })
        // 16 bytes of header, 32 of nonce: the last is byte 47.
        #expect(
            faults.filter { "\($0)".hasPrefix("LOCK_INTERFACE 1 of 0000:3b:00.0: response corrupted") }.map(\.byte)
                == [0, 1, 24, 47])
    }

    @Test func `an act that is refused has no effects to be swept`() async throws {
        let faults = await FaultSweep.faults(of: try scenario("- convert: network\n  domain: web1"))
        #expect(faults.count { $0.cause.target == .effect } == 0)
    }

    @Test(arguments: [SweptFault.Cause.noticeLost, .noticeTwice, .noticeLate])
    func `a fall that is told otherwise than it happened is found out, and ends where it would`(
        cause: SweptFault.Cause
    ) async throws {
        let fall = try scenario(
            "- convert: accelerator\n  domain: web1\n- event: {link-down: accelerator}\n- notices: accelerator")
        let faults = await FaultSweep.faults(of: fall).filter { $0.cause == cause }
        #expect(!faults.isEmpty)
        for fault in faults {
            let result = await FaultSweep.run(fall, with: fault).result
            #expect(result.outcome == .attached, "\(result)")
        }
    }

    @Test(arguments: [
        (SweptFault.Cause.effectFails, EffectName.accept, SweepResult.Outcome.available),
        (.effectNotDone, .lock, .available), (.managerDiesBefore, .attach, .available),
        (.managerDiesAfter, .accept, .available), (.effectFails, .returnHostDriver, .unreached),
    ])
    func `a fault ends where the engine brings it`(
        cause: SweptFault.Cause, effect: EffectName, outcome: SweepResult.Outcome
    ) async throws {
        #expect(try await conversion(cause, effect).outcome == outcome)
    }

    @Test func `a matrix counts each run once, by cause and by end`() {
        var matrix = FaultMatrix()
        let moment = SweptFault.Moment.message(.lockInterface, of: Self.function, occurrence: 1)
        for outcome in [SweepResult.Outcome.private, .available, .available] {
            matrix.count(
                SweepResult(file: "s.yaml", fault: SweptFault(.requestLost, at: moment), outcome: outcome, seen: ""))
        }
        #expect(matrix[.requestLost, .available] == 2)
        #expect(matrix.runs(of: .requestLost) == 3)
        #expect(
            "\(matrix)" == """
                cause         runs  private  attached  available  quarantined  unreached  broken
                request lost     3        1         0          2            0          0       0
                all              3        1         0          2            0          0       0
                """)
    }
}
