import Foundation
import Testing

/// Exchanges recorded from another implementation: `# title`, `> request`, `< response`, bytes in hexadecimal.
struct Recording {
    struct Exchange {
        var title: String
        var request: [UInt8]
        var response: [UInt8]
    }

    let exchanges: [Exchange]

    /// Reads `Vectors/NAME.txt`. A title holds for the exchange that follows it.
    init(_ name: String) throws {
        let url = try #require(Bundle.module.url(forResource: "Vectors/\(name)", withExtension: "txt"))
        var exchanges: [Exchange] = []
        var title = ""
        var request: [UInt8]?
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let text = String(line.dropFirst(2))
            switch line.first {
            case "#": title = text
            case ">": request = [UInt8](hex: text)
            case "<":
                let response: [UInt8] = try #require([UInt8](hex: text), "\(line)")
                exchanges.append(Exchange(title: title, request: try #require(request), response: response))
            default: Issue.record("not a line of a recording: \(line)")
            }
        }
        self.exchanges = exchanges
    }
}

extension [UInt8] {
    /// Reads hexadecimal digits, with spaces allowed; nil when there is anything else, or half a byte.
    init?(hex text: some StringProtocol) {
        let digits = String(text.filter { $0 != " " && $0 != "\n" })
        guard digits.utf8.count.isMultiple(of: 2) else { return nil }
        self = []
        var rest = digits[...]
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            append(byte)
            rest = rest.dropFirst(2)
        }
    }

    /// Hexadecimal digits.
    var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
