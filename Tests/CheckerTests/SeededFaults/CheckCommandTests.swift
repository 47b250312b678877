import ArgumentParser
import Assignment
import Checker
import Foundation
import FoundationXML
import IOMMU
import ScenarioReplay
import Testing

@testable import CommandLineTool

/// `tdispctl check`, on an engine with a fault: the shipped one has no counterexample to write.
@Suite struct `The check command` {
    /// An engine that forgets the cut when a device fails.
    private static let uncut = SeededFault(faults: 1) { functions in
        SeededFault.engine(&functions) { _, _, step in
            guard step.state.phase == .failed, step.effect == .cut(.first) else { return step }
            return EngineStep(AssignmentMachine.step(step.state, .finished(.cut, .succeeded)))
        }
    }

    /// Runs the command's check of the model into a folder of the test's own.
    private func checked(_ arguments: [String] = [], _ body: (CheckView, URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "check-\(UUID())/found")
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        let command = try Check.parse(
            ["--counterexamples", folder.path, "--output", "json", "--quiet", "--cores", "1"] + arguments)
        try await body(try await command.check(Self.uncut.model, Interruption()), folder)
    }

    @Test func `a broken rule is written as a scenario that replays from the disk, and as a picture`() async throws {
        try await checked { view, folder in
            #expect(view.rule == "revoke-first" && view.end == "violation")
            let files = try #require(view.counterexample)
            let stem = folder.path + "/counterexample-arm-cca-revoke-first"
            #expect(files.scenario == stem + ".yaml" && files.picture == stem + ".svg")

            let scenario = try String(contentsOfFile: files.scenario, encoding: .utf8)
            for (number, step) in view.trace.enumerated() { #expect(scenario.contains("\(number + 1). \(step)")) }
            let (faulty, shipped) = try await Self.uncut.replayed(scenario, file: files.scenario)
            #expect(faulty.counterexample == .reproduced, "\(faulty.summary)")
            #expect(shipped.counterexample == .gone, "\(shipped.summary)")

            let picture = Picture(try Data(contentsOf: URL(filePath: files.picture)))
            #expect(picture.isWellFormed)
            #expect(picture.texts.contains { $0.contains("revoke-first") })
            for life in ["operator", "manager", "platform", "device", "guest"] {
                #expect(picture.texts.contains(life), "\(life)")
            }
            let numbers = picture.texts.compactMap { $0.split(separator: ".").first.flatMap { Int($0) } }
            #expect(numbers == Array(1...view.trace.count))
        }
    }

    @Test func `no file is written where no rule is broken, nor is the folder made`() async throws {
        try await checked(["--depth", "1"]) { view, folder in
            #expect(view.rule == nil && view.isPartial && view.counterexample == nil)
            #expect(!FileManager.default.fileExists(atPath: folder.path))
        }
    }

    @Test func `a folder that cannot be made is a failure that says which file`() async throws {
        let command = try Check.parse(["--counterexamples", "/dev/null/found", "--output", "json", "--quiet"])
        await #expect(throws: Failure.self) { _ = try await command.check(Self.uncut.model, Interruption()) }
    }

    @Test func `before the search a folder is refused that cannot be made, and none is made`() throws {
        #expect(throws: Failure.self) { try CounterexampleFiles.requirePlace(in: "/dev/null/found") }
        let folder = FileManager.default.temporaryDirectory.appending(path: "check-\(UUID())/found")
        try CounterexampleFiles.requirePlace(in: folder.path)
        #expect(!FileManager.default.fileExists(atPath: folder.deletingLastPathComponent().path))
    }

    @Test(arguments: ["256", "-1", "many"]) func `more faults than are counted are refused, not cut short`(
        _ faults: String
    ) {
        #expect(throws: (any Error).self) { try Check.parse(["--faults", faults]) }
    }

    @Test func `more devices than fit a state are said to be that`() async throws {
        let command = try Check.parse([
            "--devices", "40", "--no-crashes", "--faults", "0", "--no-conversions", "--quiet",
        ])
        let view = try await command.check(command.model(.standard), Interruption())
        #expect(view.end == "too-many-devices" && view.isPartial && view.states == 0)
    }

    @Test func `devices are function 0 unless they are said to be virtual functions`() throws {
        let profile = RoutingProfile.standard
        #expect(try Check.parse([]).model(profile).isFunctionZero)
        #expect(try !Check.parse(["--virtual-functions"]).model(profile).isFunctionZero)
        #expect(throws: (any Error).self) { try Check.parse(["--virtual-functions", "--siblings"]) }
    }

    @Test func `the command's own model is what its options say`() throws {
        let command = try Check.parse(["--vms", "2", "--faults", "any", "--no-crashes", "--siblings"])
        let model = command.model(.standard)
        #expect(model.vms == 2 && model.faults == nil && !model.hasCrashes && model.hasConversions)
        #expect(model.hasSiblings && model.streams == nil && model.profile == .standard)
    }
}

/// The texts of a picture, by a parser that is none of ours.
private final class Picture: NSObject, XMLParserDelegate {
    private(set) var texts: [String] = []
    private(set) var isWellFormed = false
    private var content: String?

    init(_ data: Data) {
        super.init()
        let parser = XMLParser(data: data)
        parser.delegate = self
        isWellFormed = parser.parse()
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        content = name == "text" ? "" : nil
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { content? += string }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if let content, name == "text" { texts.append(content) }
        content = nil
    }
}
