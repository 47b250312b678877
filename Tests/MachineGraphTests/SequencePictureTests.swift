import Foundation
import MachineGraph
import Testing

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

    @Test func `everyone has one line of life, and every row one arrow`() {
        #expect(picture.svg.components(separatedBy: "stroke-dasharray").count == 3)
        #expect(picture.svg.components(separatedBy: "<polygon").count == 4)
    }
}
