/// How many runs of a sweep each cause has, by where they ended.
public struct FaultMatrix: Hashable, Sendable {
    private var counts: [SweptFault.Cause: [SweepResult.Outcome: Int]] = [:]

    /// Creates an empty matrix.
    public init() {}

    /// Counts a run.
    public mutating func count(_ result: SweepResult) {
        counts[result.fault.cause, default: [:]][result.outcome, default: 0] += 1
    }

    /// How many runs of a cause ended there.
    public subscript(_ cause: SweptFault.Cause, _ outcome: SweepResult.Outcome) -> Int {
        counts[cause]?[outcome] ?? 0
    }

    /// The runs of a cause.
    public func runs(of cause: SweptFault.Cause) -> Int { counts[cause]?.values.reduce(0, +) ?? 0 }
}

extension FaultMatrix: CustomStringConvertible {
    /// A line for each cause, a column for each end.
    public var description: String {
        let outcomes = SweepResult.Outcome.allCases
        let header = ["cause", "runs"] + outcomes.map(\.rawValue)
        let rows = SweptFault.Cause.allCases.filter { runs(of: $0) > 0 }.map { cause in
            [cause.rawValue, "\(runs(of: cause))"] + outcomes.map { "\(self[cause, $0])" }
        }
        let total =
            ["all", "\(SweptFault.Cause.allCases.reduce(0) { $0 + runs(of: $1) })"]
            + outcomes.map { outcome in "\(SweptFault.Cause.allCases.reduce(0) { $0 + self[$1, outcome] })" }
        return Self.table([header] + rows + [total])
    }

    private static func table(_ rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                let blanks = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + blanks : blanks + row[column]
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
