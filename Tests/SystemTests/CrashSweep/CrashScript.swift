import Assignment
import Emulator
import Foundation
import PCIe

@testable import ScenarioReplay

/// A scenario as an operator plays it: commands, and what happens on the emulated host between them.
///
/// Its own crashes and restarts are left out, for the sweep crashes everywhere; and so is what only looks.
struct CrashScript: Sendable {
    /// The scenario's file.
    let file: String
    let topology: Topology
    /// The topology as a file of its own has it, on the scenario's platform.
    let topologyText: String
    let acts: [Act]
    /// The acts that no command does, by name.
    let omitted: [String]

    /// What is done.
    enum Act: Sendable {
        /// The arguments of a call of `tdispctl` that changes something.
        case command([String])
        case fault(InjectedFault)
        case advance(nanoseconds: UInt64)

        /// The command, if it is one.
        var command: [String]? { if case .command(let arguments) = self { arguments } else { nil } }
    }

    init(file: String) throws {
        let scenario = try Scenario(contentsOfFile: file)
        self.file = file
        topology = scenario.topology
        topologyText = try Self.topologyText(of: file)
        var omitted: [String] = []
        acts = scenario.steps.compactMap { step in
            let act = Act(step.act, on: scenario.topology)
            if act == nil { omitted.append(step.act.name.rawValue) }
            return act
        }
        self.omitted = omitted
    }

    /// The topology that a scenario names or holds, with the platform that it asks for.
    private static func topologyText(of file: String) throws -> String {
        let lines = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
        func value(of key: String) -> String? {
            lines.first { $0.hasPrefix(key + ":") }.map {
                $0.dropFirst(key.count + 1).trimmingCharacters(in: .whitespaces)
            }
        }
        var topology: [String]
        if let name = value(of: "topology"), !name.isEmpty {
            let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
            let path = name == "demo" ? "../topologies/demo.yaml" : name
            let url = URL(fileURLWithPath: path, relativeTo: folder)
            topology = try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
        } else {
            let below = lines.drop { !$0.hasPrefix("topology:") }.dropFirst()
            topology = below.prefix { $0.hasPrefix("  ") }.map { String($0.dropFirst(2)) }
        }
        if let platform = value(of: "platform") {
            topology = topology.filter { !$0.hasPrefix("platform:") } + ["platform: \(platform)"]
        }
        return topology.joined(separator: "\n") + "\n"
    }
}

extension CrashScript.Act {
    /// Nil: no command does that.
    init?(_ act: ScenarioReplay.Act, on topology: Topology) {
        func name(_ domain: DomainID) -> String {
            topology.domains.first { $0.id == domain }?.name ?? domain.description
        }
        func flags(_ flags: [(Bool, String)]) -> [String] { flags.filter(\.0).map(\.1) }
        switch act {
        case .convert(let act) where !act.isUnplanned:
            self = .command(
                ["convert", "\(act.place.function)", "--domain", name(act.domain)]
                    + (act.orders.convertAgain
                        ? ["--convert-again", "--recovery-limit", "\(act.orders.recoveryLimit)"] : [])
                    + flags([(act.orders.allowConventionalReset, "--allow-conventional-reset")]))
        case .release(let place, let rest, let takes):
            self = .command(
                ["release", "\(place.function)"] + flags([(rest == .attached, "--keep"), (takes, "--take-siblings")]))
        case .recover(let place, let request):
            self = .command(
                ["recover", "\(place.function)"]
                    + (request.fromQuarantine ? ["--from-quarantine", "swept"] : [])
                    + flags([
                        (request.acceptIdentity, "--accept-identity"), (request.convertAgain, "--convert"),
                        (request.allowConventionalReset, "--allow-conventional-reset"),
                        (request.takeSiblings, "--take-siblings"),
                    ]))
        case .disconnect(let place, let force):
            self = .command(["disconnect", "\(place.dsm)"] + flags([(force, "--force")]))
        case .notices(let place): self = .command(["watch", "\(place.function)", "--once"])
        // Whatever an operator orders, what was noticed is heard first.
        case .observe(let place, _), .confirm(let place): self = .command(["recover", "\(place.function)"])
        case .inject(let fault): self = .fault(fault)
        case .event(let event): self = .fault(.event(event))
        case .advance(let nanoseconds): self = .advance(nanoseconds: nanoseconds)
        case .convert, .plan, .restart, .dma, .interrupt, .peer, .check: return nil
        }
    }
}
