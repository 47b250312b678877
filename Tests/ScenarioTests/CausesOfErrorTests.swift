import Emulator
import Foundation
import PCIe
import Testing

@testable import ScenarioReplay

/// The table of causes of ERROR that `Docs/Scenarios.md` has, against the files that it names.
@Suite struct CausesOfErrorTests {
    /// One line: a cause, its event, and the scenarios that show it. An event is its word, of an incident with its kind, and
    /// of a configuration write with the register and those of its bits that are the cause.
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
        let scenario = try Scenario(contentsOfFile: "\(Corpus.folder)/\(name).yaml")
        let (topology, steps) = (scenario.topology, scenario.steps)
        for (index, step) in steps.enumerated()
        where try step.act.events.contains(where: { try $0.isCalled(event, on: topology) }) {
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
    /// Whether the table means this event: a write, if it changes one of the bits that a host has that was just set up.
    fileprivate func isCalled(_ name: String, on topology: Topology) throws -> Bool {
        switch self {
        case .incident(_, let kind): return name == "\(self.name.word) \(kind.rawValue)"
        case .configurationWrite(let function, let offset, let width, let value):
            let words = name.split(separator: " ")
            guard words.first ?? "" == self.name.word else { return false }
            let (register, bits) = (try number(words, 1), try number(words, 2))
            let host = try HostModel(topology, entropy: SeededEntropy(seed: 1))
            let found = host.configurationSpace(of: function)
            let space = try #require(found)
            let old = space.uint32(at: offset & ~3) >> UInt32(8 * (offset & 3))
            let lanes = UInt32.max >> UInt32(32 - 8 * width)
            return offset == Int(register) && (old ^ value) & lanes & bits != 0
        default: return name == self.name.word
        }
    }

    private func number(_ words: [Substring], _ index: Int) throws -> UInt32 {
        let word = try #require(words.dropFirst(index).first)
        return try #require(UInt32(word.dropFirst(2), radix: 16))
    }
}
