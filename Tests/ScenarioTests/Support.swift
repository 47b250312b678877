import Foundation
import ScenarioReplay

/// A hash for tests only: enough that different words give different digests.
func toyDigest(_ bytes: [UInt8]) -> [UInt8] {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return (0..<48).map { UInt8(truncatingIfNeeded: state >> UInt64($0 % 8 * 8)) ^ UInt8($0) }
}

/// The scenarios that the project ships.
enum Corpus {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../Scenarios"
    ).standardized.path

    /// Every file, sorted; none if they cannot be found, which a test of its own tells.
    static let files: [String] = (try? ScenarioFiles.find([folder])) ?? []

    /// A file as a person names it.
    static func name(_ file: String) -> String { String(file.dropFirst(folder.count + 1)) }
}

/// A scenario around these steps, on the demo topology.
func scenarioText(steps: String, final: String = "accelerator: {phase: available}") -> String {
    """
    version: 1
    title: a test
    rule: one-owner
    topology: demo
    steps:
    \(steps.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
    final:
      \(final)
    """
}

/// The first difference of a scenario around these steps.
func difference(steps: String, final: String = "accelerator: {phase: available}") async throws
    -> ScenarioResult.Difference?
{
    let scenario = try Scenario(parsing: scenarioText(steps: steps, final: final), file: "s.yaml")
    return await ScenarioRunner.run(scenario, digest: toyDigest).difference
}

/// Why a text is no scenario; nil: it is one.
func refusal(of text: String) -> String? {
    do {
        _ = try Scenario(parsing: text, file: "s.yaml")
        return nil
    } catch {
        return "\(error)"
    }
}
