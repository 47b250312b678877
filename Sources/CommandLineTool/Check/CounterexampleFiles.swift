internal import Assignment
internal import Checker
internal import Foundation
internal import MachineGraph
internal import SPDMTransport
internal import ScenarioReplay
internal import StrictYAML

/// Where a counterexample was written: as a scenario that `tdispctl replay` replays, and as a picture.
struct CounterexampleFiles: Encodable {
    /// The scenario's file.
    let scenario: String
    /// The picture's.
    let picture: String
    /// What the scenario could not carry over.
    let losses: [String]

    /// Writes both into a folder, over older ones. Throws ``Failure`` when that cannot be done.
    init(_ counterexample: HostCounterexample, into folder: String) throws(Failure) {
        let profile = "\(counterexample.profile)".replacing("/", with: "-")
        let stem = URL(filePath: folder).appending(
            path: "counterexample-\(profile)-\(counterexample.violation.rule.rawValue)")
        let draft: ScenarioDraft
        do throws(YAMLError) { draft = try ScenarioDraft(counterexample) } catch { throw Failure(.failed, "\(error)") }
        scenario = try Self.write(draft.text, to: stem.appendingPathExtension("yaml"))
        picture = try Self.write(SequencePicture(counterexample).svg, to: stem.appendingPathExtension("svg"))
        losses = draft.losses
    }

    /// Throws ``Failure`` where a folder is none that could be written to or made: better before a long search than after.
    static func requirePlace(in folder: String) throws(Failure) {
        var place = URL(filePath: folder)
        while !FileManager.default.fileExists(atPath: place.path), place.pathComponents.count > 1 {
            place = place.deletingLastPathComponent()
        }
        let isFolder = FileManager.default.fileExists(atPath: place.appending(path: ".").path)
        guard isFolder, FileManager.default.isWritableFile(atPath: place.path) else {
            throw Failure(.failed, "cannot write counterexamples to \(folder): \(place.path) is no folder to write to")
        }
    }

    private static func write(_ text: String, to place: URL) throws(Failure) -> String {
        do {
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: place, atomically: true, encoding: .utf8)
            return place.relativePath
        } catch {
            throw Failure(.failed, "cannot write \(place.relativePath): \(systemReason(of: error))")
        }
    }

    /// The lines for a terminal.
    var text: String {
        let lines = ["  scenario: \(scenario)", "  picture: \(picture)"] + losses.map { "  not carried over: \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }
}
