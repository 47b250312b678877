import Foundation

/// Everything that was measured, and on what.
struct Report: Encodable {
    var machine = Machine()
    var figures: [Figure] = []

    /// The table that a person reads.
    var table: String {
        let rows = figures.map { figure in
            [
                figure.group, figure.name, number(figure.value), figure.unit.rawValue,
                figure.target.map { "\($0.bound.rawValue) \(number($0.limit)) \($0.isMet ? "met" : "MISSED")" } ?? "",
                figure.reference.map { "\(number($0.ratio))x of \($0.name): \(number($0.value))" } ?? "",
            ]
        }
        let header = ["group", "what", "figure", "unit", "target", "against"]
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = ([header] + rows).map { row in
            zip(row, widths).enumerated().map { index, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 2 ? padding + cell.0 : cell.0 + padding
            }.joined(separator: "  ").trimmingSuffix
        }
        return ([machine.description, ""] + lines).joined(separator: "\n")
    }

    /// The same as JSON.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Three significant digits, thousands apart.
    private func number(_ value: Double) -> String {
        guard value < 1000 else {
            let digits = String(Int(value.rounded()))
            return digits.reversed().enumerated().reduce(into: "") { text, next in
                text = String(next.element) + (next.offset > 0 && next.offset % 3 == 0 ? "," : "") + text
            }
        }
        if value == value.rounded() { return String(Int(value)) }
        return String(format: value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
    }
}

/// Where it was measured.
struct Machine: Encodable, CustomStringConvertible {
    let processor: String
    let cores: Int

    init() {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        processor = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
        cores = ProcessInfo.processInfo.activeProcessorCount
    }

    var description: String { "\(processor), \(cores) cores" }
}

extension String {
    fileprivate var trimmingSuffix: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
