/// A table of expectations, written as aligned text: a row per state, a column per event.
///
/// The first line names the columns. A row whose name ends in `*` stands for every state whose name begins so; the most
/// exact row wins. Cells are separated by blanks, and none may be empty.
struct TransitionTable {
    let columns: [String]
    private let rows: [(name: String, cells: [String])]

    /// Reads the text; rows that have not one cell for each column are kept, and found by ``problems(states:)``.
    init(_ text: String) {
        var lines = text.split(separator: "\n").filter { !$0.allSatisfy { $0 == " " } }
        let head = lines.isEmpty ? "" : lines.removeFirst()
        columns = Self.split(head).cells
        rows = lines.map { Self.split($0) }
    }

    /// The row's name stands before the bar, its cells behind it.
    private static func split(_ line: Substring) -> (name: String, cells: [String]) {
        let halves = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let name = halves[0].split(separator: " ").joined(separator: " ")
        return (name, halves.dropFirst().flatMap { $0.split(separator: " ").map(String.init) })
    }

    /// The expectation for a state and an event.
    func cell(_ state: String, _ column: String) -> String? {
        guard let row = row(for: state), let index = columns.firstIndex(of: column), index < row.cells.count else {
            return nil
        }
        return row.cells[index]
    }

    private func row(for state: String) -> (name: String, cells: [String])? {
        rows.filter { Self.pattern($0.name, matches: state) }.max { Self.exactness($0.name) < Self.exactness($1.name) }
    }

    private static func pattern(_ pattern: String, matches state: String) -> Bool {
        pattern.hasSuffix("*") ? state.hasPrefix(pattern.dropLast()) : pattern == state
    }

    private static func exactness(_ pattern: String) -> Int {
        pattern.hasSuffix("*") ? pattern.count : .max
    }

    /// What is missing or superfluous: states without a row, rows without a state, rows given twice, cells too many or
    /// too few.
    func problems(states: [String]) -> [String] {
        let winners = Set(states.compactMap { row(for: $0)?.name })
        let names = rows.map(\.name)
        return states.filter { row(for: $0) == nil }.map { "no row for \($0)" }
            + names.filter { !winners.contains($0) }.map { "row \($0) is for no state" }
            + Set(names.filter { name in names.count { $0 == name } > 1 }).map { "row \($0) is there twice" }
            + rows.filter { $0.cells.count != columns.count }.map { "row \($0.name) has \($0.cells.count) cells" }
    }
}
