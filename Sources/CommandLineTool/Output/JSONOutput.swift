internal import Assignment
internal import Foundation

/// What `--output json` prints: one object, documented in `Docs/Output.md` and checked against
/// `Docs/schema/tdispctl-v1.schema.json`.
struct JSONEnvelope<Content: Encodable>: Encodable {
    /// Raised when a field changes its meaning or goes away; new fields do not raise it.
    let apiVersion = "tdispctl/v1"
    let kind: String
    let items: [Content]

    init(kind: String, _ items: [Content]) {
        self.kind = kind
        self.items = items
    }

    /// The object, keys sorted, with a trailing newline.
    var text: String { get throws { try text([.prettyPrinted]) } }

    /// The same on one line.
    var line: String { get throws { try text([]) } }

    private func text(_ formatting: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

/// An error as JSON.
struct FailureView: Encodable {
    let code: Int32
    let message: String
    let device: String?
    let step: String?
    let rule: String?
    let seen: String?
    let now: String?
    let next: String?

    init(_ failure: Failure, device: String? = nil) {
        code = failure.status.rawValue
        message = failure.message
        self.device = device
        step = failure.step?.rawValue
        rule = failure.rule?.rawValue
        seen = failure.seen
        now = failure.place
        next = failure.next
    }
}
