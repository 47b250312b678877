internal import Assignment
internal import Emulator
internal import Foundation
internal import IOMMU
internal import PCIe
public import StrictYAML

/// A situation on an emulated host, what is done in it, and what must come of it.
///
/// Written as YAML, one file for each scenario:
///
/// ```yaml
/// version: 1
/// title: a device of the host is converted and reaches private memory only
/// rule: no-mixed-traffic        # or clause: TDISP 1.0 11.3.9
/// topology: demo                # or a path relative to this file, or a topology written here
/// platform: sev-tio             # optional: another platform than the topology's
/// seed: 1                       # optional
/// steps:
///   - convert: accelerator      # one act, its parameters, and what is expected of it
///     domain: web1
///     expect: {end: done, phase: private, state: RUN}
/// final:
///   accelerator: {phase: private, t1: private of web1, t0: none}
/// ```
///
/// `Docs/Scenarios.md` lists acts, events, faults and expectations. Two are equal when they say the same, wherever it stands
/// in their files.
public struct Scenario: Equatable, Sendable {
    /// The file's name as it was given.
    public let file: String
    /// The situation and its outcome, in one sentence.
    public internal(set) var title: String
    /// What it is about.
    public internal(set) var subject: Subject
    /// Where the topology is written.
    let source: TopologySource
    /// The host, on the platform that the scenario wants.
    let topology: Topology
    /// The platform that the scenario wants; nil: the topology's own.
    let platform: RoutingProfile?
    let seed: UInt64
    var steps: [Step]
    var final: [FinalExpectation]

    /// What a scenario is about.
    public enum Subject: Hashable, Sendable, CustomStringConvertible {
        /// A rule that this project enforces, by its raw value (`SafetyRule`).
        case rule(String)
        /// A clause of a specification.
        case clause(String)
        /// A rule that what is done breaks, or broke once: the file is a counterexample.
        case counterexample(String)

        /// The rule's name or the clause.
        public var description: String {
            switch self {
            case .rule(let name), .counterexample(let name): name
            case .clause(let text): text
            }
        }
    }

    /// Where a topology is written.
    enum TopologySource: Hashable, Sendable {
        /// It is built in.
        case demo
        /// In a file: its path, relative to the scenario's.
        case file(String)
        /// In the scenario.
        case here
    }

    /// Whether both say the same, wherever they are written.
    public static func == (left: Scenario, right: Scenario) -> Bool {
        left.title == right.title && left.subject == right.subject && left.source == right.source
            && left.topology == right.topology && left.platform == right.platform && left.seed == right.seed
            && left.steps == right.steps && left.final == right.final
    }

    /// Whether it is there to show that a rule breaks.
    var isCounterexample: Bool { if case .counterexample = subject { true } else { false } }

    /// How many steps it has.
    public var stepCount: Int { steps.count }

    /// Reads a scenario file.
    ///
    /// Throws ``YAMLError`` with file, line and column: as ``init(parsing:file:)``, and when the file, or the topology that it
    /// names, cannot be read.
    public init(contentsOfFile path: String) throws(YAMLError) {
        try self.init(YAMLNode(contentsOfFile: path))
    }

    /// Reads a scenario from YAML text; `file` is the name that errors show, and what a topology's path is relative to.
    ///
    /// Throws ``YAMLError`` with file, line and column for an unknown key, a wrong type, a device or domain that the topology
    /// does not have, and an expectation that makes no sense for its act.
    public init(parsing text: String, file: String) throws(YAMLError) {
        try self.init(YAMLNode(parsing: text, file: file))
    }

    private init(_ node: YAMLNode) throws(YAMLError) {
        self = try node.mapping { map throws(YAMLError) in
            try map.required("version").formatVersion(1)
            let title = try map.required("title").string()
            let subject = try Self.subject(&map)
            var (source, topology) = try Self.topology(try map.required("topology"))
            let platform = try map.optional("platform")?.routingProfile()
            topology.profile = platform ?? topology.profile
            let seed = try map.optional("seed")?.integer(UInt64.self) ?? 1
            let reader = ScenarioReader(places: Places(topology))
            let steps = try reader.steps(try map.required("steps"))
            let final = try Self.final(&map, subject, reader)
            return Scenario(
                file: node.position.file, title: title, subject: subject, source: source, topology: topology,
                platform: platform, seed: seed, steps: steps, final: final)
        }
    }

    init(
        file: String, title: String, subject: Subject, source: TopologySource, topology: Topology,
        platform: RoutingProfile? = nil, seed: UInt64 = 1, steps: [Step], final: [FinalExpectation] = []
    ) {
        self.file = file
        self.title = title
        self.subject = subject
        self.source = source
        self.topology = topology
        self.platform = platform
        self.seed = seed
        self.steps = steps
        self.final = final
    }

    private static func subject(_ map: inout YAMLMapping) throws(YAMLError) -> Subject {
        let entry = try map.one(of: ["rule", "clause", "breaks"])
        guard entry.name != "clause" else { return .clause(try entry.value.string()) }
        let rule = try entry.value.choice(SafetyRule.self).rawValue
        return entry.name == "rule" ? .rule(rule) : .counterexample(rule)
    }

    /// What holds in the end. A counterexample may leave it out: it is about the rule.
    private static func final(
        _ map: inout YAMLMapping, _ subject: Subject, _ reader: ScenarioReader
    ) throws(YAMLError) -> [FinalExpectation] {
        if case .counterexample = subject {
            return try map.optional("final").map { node throws(YAMLError) in try reader.final(node) } ?? []
        }
        return try reader.final(try map.required("final"))
    }

    /// `demo`, a path relative to the scenario, or a topology in place.
    private static func topology(_ node: YAMLNode) throws(YAMLError) -> (TopologySource, Topology) {
        guard node.shape == .scalar else { return (.here, try Topology(node)) }
        let name = try node.string()
        guard name != "demo" else { return (.demo, try Topology.demo()) }
        let folder = URL(fileURLWithPath: node.position.file).deletingLastPathComponent()
        return (.file(name), try Topology(contentsOfFile: URL(fileURLWithPath: name, relativeTo: folder).path))
    }
}
