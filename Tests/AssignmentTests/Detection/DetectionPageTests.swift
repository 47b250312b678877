import Assignment
import Foundation
import TDISP
import Testing

@Suite struct `The page on detection` {
    @Test func `has the weights of the code`() throws {
        let project = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        let page = try String(contentsOf: project.appending(path: "Docs/Detection.md"), encoding: .utf8)
        let rows = SignalKind.allCases.map { kind in
            let weight = kind.weight
            return "| `\(kind.rawValue)` | \(kind.usualSource.rawValue) | \(weight.points) | \(weight.ceiling) "
                + "| \(weight.meaning?.name ?? "-") | \(weight.basis) |\n"
        }
        let header = "| signal | seen at | points | at most | believed, it means | basis |\n|---|---|---|---|---|---|\n"
        #expect(page.contains("<!-- weights -->\n\(header)\(rows.joined())<!-- /weights -->"))
        #expect(page.contains("\(SignalWeight.failing) points are enough to believe"))
        #expect(page.contains("\(SignalWeight.suspicious) points make a device *suspect*"))
    }
}

extension Observation {
    fileprivate var name: String {
        switch self {
        case .state(let state): "\(state)"
        case .streamInsecure: "stream-insecure"
        case .sessionLost: "session-lost"
        case .deviceGone: "device-gone"
        case .deviceReset: "device-reset"
        case .domainStopped: "domain-stopped"
        case .hostdevRemoved: "hostdev-removed"
        case .driverTimeout: "driver-timeout"
        }
    }
}
