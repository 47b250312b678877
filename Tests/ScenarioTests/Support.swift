import Foundation
import ScenarioReplay

/// The scenarios that the project ships.
enum Corpus {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../Scenarios"
    ).standardized.path

    /// Every file, sorted; none if they cannot be found, which a test of its own tells.
    static let files: [String] = (try? ScenarioFiles.find([folder])) ?? []

    /// The topologies that they name.
    static let topologies: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/topologies")) ?? []
        return names.sorted().map { "\(folder)/topologies/\($0)" }
    }()

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
    return await ScenarioRunner.run(scenario).difference
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
