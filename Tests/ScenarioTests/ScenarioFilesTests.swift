import Foundation
import ScenarioReplay
import Testing

@Suite struct ScenarioFilesTests {
    @Test func `a folder gives its files in order, without topologies`() throws {
        let files = try ScenarioFiles.find([Corpus.folder])
        #expect(files == files.sorted())
        #expect(files.contains(Corpus.folder + "/convert/from-host.yaml"))
        #expect(!files.contains { $0.contains("/topologies/") })
    }

    @Test func `a file that is named twice is found once`() throws {
        let file = Corpus.folder + "/convert/from-host.yaml"
        #expect(try ScenarioFiles.find([file, Corpus.folder + "/convert", file]).count { $0 == file } == 1)
    }

    @Test func `a path that is not there, or holds no scenario, is refused`() {
        #expect(throws: (any Error).self) { try ScenarioFiles.find([Corpus.folder + "/nowhere"]) }
        #expect(throws: (any Error).self) { try ScenarioFiles.find([Corpus.folder + "/topologies"]) }
    }

    @Test func `a topology is found relative to the scenario`() throws {
        let scenario = try Scenario(contentsOfFile: Corpus.folder + "/refusals/no-stream-left.yaml")
        #expect(scenario.stepCount == 6)
    }
}
