import Emulator
import Foundation
import Testing

@testable import ScenarioReplay

/// The table of causes of ERROR that `Docs/Scenarios.md` has, against the files that it names.
@Suite struct CausesOfErrorTests {
    /// One line: a cause, its event, and the scenarios that show it.
    struct Row: CustomTestStringConvertible {
        let cause: String
        let event: String
        let locked: [String]
        let running: [String]
        var testDescription: String { cause }
    }

    static let rows: [Row] = {
        let page = URL(fileURLWithPath: Corpus.folder).appendingPathComponent("../Docs/Scenarios.md").standardized
        guard let text = try? String(contentsOf: page, encoding: .utf8) else { return [] }
        let table = text.split(separator: "\n")
            .drop { $0 != "<!-- causes -->" }.dropFirst(3).prefix { $0 != "<!-- /causes -->" }
        return table.map { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: [" ", "`"]) }
            return Row(cause: cells[0], event: cells[1], locked: files(cells[2]), running: files(cells[3]))
        }
    }()

    private static func files(_ cell: String) -> [String] {
        cell == "-" ? [] : cell.split(separator: ",").map { $0.trimmingCharacters(in: [" "]) }
    }

    @Test(arguments: CausesOfErrorTests.rows)
    func `each scenario of a cause has its event, in each state that the table says`(row: Row) throws {
        #expect(!row.locked.isEmpty || !row.running.isEmpty)
        for name in row.locked { #expect(try happens(row.event, in: name, whileLocked: true), "\(name)") }
        for name in row.running { #expect(try happens(row.event, in: name, whileLocked: false), "\(name)") }
    }

    @Test func `every scenario of a fault is in the table`() {
        let named = Set(Self.rows.flatMap { $0.locked + $0.running })
        let faults = Corpus.files.map(Corpus.name).filter { $0.hasPrefix("faults/") }.map { String($0.dropLast(5)) }
        #expect(faults.count >= 20)
        #expect(faults.filter { !named.contains($0) } == [])
    }

    @Test func `every kind of incident is played in some scenario`() throws {
        var played: Set<DeviceIncident> = []
        for file in Corpus.files {
            for event in try Scenario(contentsOfFile: file).steps.flatMap(\.act.events) {
                if case .incident(_, let kind) = event { played.insert(kind) }
            }
        }
        #expect(played == Set(DeviceIncident.allCases))
    }

    /// Locked is a function on its way to private operation, at an effect or a message or where the manager died of one;
    /// running is one behind it.
    private func happens(_ event: String, in name: String, whileLocked: Bool) throws -> Bool {
        let steps = try Scenario(contentsOfFile: "\(Corpus.folder)/\(name).yaml").steps
        for (index, step) in steps.enumerated() where step.act.events.contains(where: { $0.words == event }) {
            let isOnTheWay =
                switch step.act {
                case .inject: true
                default: steps[..<index].last?.isDeadly == true
                }
            let hasRunning = steps[..<index].contains { step in
                if case .convert = step.act { !step.isDeadly } else { false }
            }
            if whileLocked ? isOnTheWay : hasRunning { return true }
        }
        return false
    }
}

extension HostEvent {
    /// Its name, for an incident with its kind.
    fileprivate var words: String {
        if case .incident(_, let kind) = self { "\(name.word) \(kind.rawValue)" } else { name.word }
    }
}
