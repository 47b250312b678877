import Foundation
import Testing

@testable import MachineGraph

@Suite struct SequencePictureTests {
    private let picture = SequencePicture(
        title: "revoke-first is broken", lives: ["manager", "device"],
        rows: [
            SequencePicture.Row(from: "manager", to: "device", text: "lock", note: "locked"),
            SequencePicture.Row(from: "device", to: "device", text: "falls & says <so>", kind: .trouble),
            SequencePicture.Row(
                from: "manager", to: "device", text: "stop", note: "breaks revoke-first", kind: .breach),
        ])

    @Test func `every row is numbered, and says where it leads`() {
        for text in ["1. lock", "locked", "2. falls &amp; says &lt;so&gt;", "3. stop", "breaks revoke-first"] {
            #expect(picture.svg.contains(">\(text)</text>"), "\(text)")
        }
    }

    @Test func `words that are longer than their arrow stay in the picture and out of the notes`() throws {
        let long = Array(repeating: "long", count: 14).joined(separator: " ")
        for (from, to) in [("a", "b"), ("b", "c"), ("c", "c"), ("a", "a")] {
            let row = SequencePicture.Row(from: from, to: to, text: long, note: "there")
            let document = SVGDocument(SequencePicture(title: "", lives: ["a", "b", "c"], rows: [row]).svg)
            let start = try #require(document.starts["1. \(long)"]), limit = try #require(document.starts["there"])
            #expect(start >= 24 && start + TextMetrics.width("1. \(long)", size: 13) < limit, "\(from) \(to)")
        }
    }

    @Test func `everyone has one line of life, and every row one arrow`() {
        #expect(picture.svg.components(separatedBy: "stroke-dasharray").count == 3)
        #expect(picture.svg.components(separatedBy: "<polygon").count == 4)
    }
}
