import Foundation
import MachineGraph
import Testing

@Suite struct RoutePictureTests {
    private func svg(_ lanes: [RoutePicture.Lane]) -> String {
        RoutePicture(
            device: "0000:3b:00.1", state: "RUN", platform: "arm-cca", cells: "T=0: nothing; T=1: trusted table",
            memory: ["private pages", "shared pages"], lanes: lanes
        ).svg
    }

    @Test func `what is not drawn of a memory's ranges is counted`() {
        let svg = svg([.init(name: "T=1", reaches: [["a", "b", "c", "d"], []])])
        #expect(svg.contains(">T=1: a</text>") && svg.contains(">and 3 more</text>"))
        #expect(svg.contains(">out of reach</text>") && svg.contains(">T=0: nothing; T=1: trusted table</text>"))
    }

    @Test func `two ranges are both drawn`() {
        let svg = svg([.init(name: "T=1", reaches: [["a"], ["b"]]), .init(name: "T=0", reaches: [["c"], []])])
        for text in ["T=1: a", "T=0: c", "T=1: b"] { #expect(svg.contains(">\(text)</text>"), "\(text)") }
        #expect(!svg.contains("more</text>"))
    }

    @Test func `what is open behind a stop at the root port is drawn, with the reason of the stop`() {
        let lane = RoutePicture.Lane(name: "T=1", reaches: [[], []], stop: "no stream", behindIt: [["a"], []])
        let svg = svg([lane])
        for text in ["at the root port", "T=1: no stream", "T=1, open behind the stop:", "a"] {
            #expect(svg.contains(">\(text)</text>"), "\(text)")
        }
        #expect(svg.components(separatedBy: "<polygon").count == 2)
    }

    @Test func `what is stopped at the IOMMU is stopped there`() {
        let svg = svg([.init(name: "T=0", reaches: [[], []])])
        #expect(svg.contains(">stopped</text>") && !svg.contains("<polygon"))
    }
}
