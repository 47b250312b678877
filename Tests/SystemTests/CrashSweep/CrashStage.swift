import Assignment
import Emulator
import EmulatorProcess
import Foundation
import Journal
import PCIe

@testable import ScenarioReplay

/// One emulated host in a process of its own, with a state directory, where a script is played by real managers.
struct CrashStage {
    let tool: Tool
    let script: CrashScript
    /// The shim that counts moments and kills at one.
    let shim: String

    /// Starts a host for a script, and ends it when `body` is done.
    static func with<Result>(
        _ script: CrashScript, shim: String, _ body: (CrashStage) async throws -> Result
    ) async throws -> Result {
        try await Tool.withoutHost { tool in
            let topology = try tool.write(script.topologyText, to: "host.yaml")
            let started = try await tool.run("emulate", "start", "--topology", topology, "--quiet")
            guard started.status == 0 else { throw Unplayable(what: "no host starts: \(started.err)") }
            return try await body(CrashStage(tool: tool, script: script, shim: shim))
        }
    }

    /// Plays an act as it is.
    @discardableResult
    func play(_ act: CrashScript.Act) async throws -> Ended? {
        switch act {
        case .command(let arguments): return try await tool.start(arguments + ["--output", "json"]).ended()
        case .fault(let fault): try await tool.host.inject(fault)
        case .advance(let nanoseconds): try await tool.host.advance(nanoseconds: nanoseconds)
        }
        return nil
    }

    /// Plays the script and gives every run that there can be of it.
    func runs(_ hows: [CrashPoint.How]) async throws -> [CrashRun] {
        var runs: [CrashRun] = []
        for (index, act) in script.acts.enumerated() {
            guard let command = act.command else {
                try await play(act)
                continue
            }
            let log = tool.scratch + "/points\(index)"
            let ended = try await watched(log: log).start(command).ended()
            for point in try CrashPoint.read(log, act: index) {
                runs += hows.filter { $0.isPossible(at: point) }.map {
                    CrashRun(script: script, point: point, how: $0, usualStatus: ended.status)
                }
            }
        }
        return runs
    }

    /// Plays the script up to a moment, where the manager ends; then lets the next one take up what it left, repeats the act,
    /// and judges both.
    func play(_ run: CrashRun) async throws -> CrashResult {
        for act in script.acts.prefix(run.point.act) { try await play(act) }
        guard let command = script.acts[run.point.act].command else { throw Unplayable(what: "the act is no command") }
        let ended = try await watched(at: run).start(command).ended()
        var complaints: [String] = []
        if run.how == .full {
            if ended.signal != nil { complaints.append("on a full disk it died of signal \(ended.signal ?? 0)") }
        } else if ended.signal != SIGKILL {
            return CrashResult(run: run, phase: CrashResult.notReached, complaints: [])
        }
        let rested = try await succeed()
        complaints += rested.complaints.map { "after the restart: \($0)" }
        let device = command[1]
        let again = try await tool.start(command + ["--output", "json"]).ended()
        if !isExpected(again, of: run, from: rested.phases[device]) {
            complaints.append("repeated: it ends with \(again.status ?? -1): \(again.err)\(again.out)")
        }
        complaints += try await succeed().complaints.map { "repeated: \($0)" }
        return CrashResult(run: run, phase: rested.phases[device] ?? Phase.available.rawValue, complaints: complaints)
    }

    /// Whether a command that is repeated ends as it should: as it does when nothing dies. Three things may have come in
    /// between. A fault of the scenario was used up by the manager that died, or by the next one; the next one has done
    /// already what was to be done; or it has put the device away, for the scenario's fault.
    private func isExpected(_ ended: Ended, of run: CrashRun, from phase: String?) -> Bool {
        guard let status = ended.status, let verb = script.acts[run.point.act].command?.first else { return false }
        if status == run.usualStatus { return true }
        let hasFault = script.acts.prefix(run.point.act).contains { $0.command == nil }
        switch (verb, status) {
        case ("watch", 0): return true
        case ("recover", 0), ("recover", 6): return phase != Phase.quarantined.rawValue
        case (_, 0): return hasFault
        case (_, 6), (_, 9): return hasFault && phase == Phase.quarantined.rawValue
        default: return false
        }
    }

    // MARK: The shim

    private func watched(at run: CrashRun? = nil, log: String? = nil) -> Tool {
        tool.with("LD_PRELOAD", shim).with("CRASHPOINTS_DIR", tool.stateDirectory)
            .with("CRASHPOINTS_AT", run.map { "\($0.point.number)" }).with("CRASHPOINTS_HOW", run?.how.rawValue)
            .with("CRASHPOINTS_LOG", log)
    }

    // MARK: The next managers

    /// What the next managers left.
    private struct Rest {
        /// The phase that `list` shows of each device.
        var phases: [String: String] = [:]
        var complaints: [String] = []
    }

    /// What an operator does who finds that a manager died: looks, recovers what `list` says is to be recovered, and has
    /// `watch` hear what was noticed. Each is the program itself. Then the rules are held against the host.
    private func succeed() async throws -> Rest {
        var complaints: [String] = []
        let toRecover = try await listed(&complaints).filter(\.isToBeRecovered).map(\.address)
        if !toRecover.isEmpty {
            let ended = try await tool.start(["recover"] + toRecover + ["--output", "json"]).ended()
            // Refused is one whose reset would take along a sibling that came home in the same call: it is home as well, or
            // `list` goes on saying what is to be done.
            complaints += complaint(ended, "recover", allowed: [0, 6, 9])
        }
        let watched = try await tool.json("watch", "--once")
        complaints += complaint(watched, "watch --once", allowed: [0, 9])
        let rested = try await listed(&complaints)
        for device in rested where device.isToBeRecovered {
            complaints.append("\(device.address) is \(device.phase), and list says: \(device.note ?? "")")
        }
        let phases = Dictionary(uniqueKeysWithValues: rested.map { ($0.address, $0.phase) })
        do {
            complaints += try await self.complaints(try tool.journal)
        } catch {
            complaints.append("\(error)")
        }
        return Rest(phases: phases, complaints: complaints)
    }

    private func complaint(_ ended: Ended, _ what: String, allowed: Set<Int32>) -> [String] {
        ended.status.map(allowed.contains) == true
            ? [] : ["\(what) ends with \(ended.status ?? -1): \(ended.err)\(ended.out)"]
    }

    /// A device as `list` shows it.
    private struct Listed {
        let address: String
        let phase: String
        let note: String?

        var isToBeRecovered: Bool { note?.contains("tdispctl recover") == true }
    }

    private func listed(_ complaints: inout [String]) async throws -> [Listed] {
        let ended = try await tool.json("list")
        complaints += complaint(ended, "list", allowed: [0])
        return try ended.items.array.map { device in
            Listed(
                address: device["address"].string ?? "", phase: device["recorded"]["phase"].string ?? "unrecorded",
                note: device["note"].string)
        }
    }

    private func complaints(_ journal: Journal) async throws -> [String] {
        var complaints: [String] = []
        if case .broken(let sequence, let how) = try journal.verifyHistory() {
            complaints.append("the history's chain is broken at \(sequence): \(how)")
        }
        let assignments = try journal.load().assignments
        let host = tool.host
        let snapshot = try await host.snapshot()
        let rules = HostRules(
            .known(assignments), profile: script.topology.profile, domains: try await host.memory().domains)
        var held: [DomainID: String] = [:]
        for domain in snapshot.domains { held[domain.id] = try await host.domainXML(domain.id) }
        for function in snapshot.functions.map(\.address) {
            let inspection = try await host.inspect(function)
            guard let routes = inspection.routes else { continue }
            let state = assignments[function] ?? .initial
            let sight = RestingSight(state: state, view: inspection.function, routes: routes)
            for breach in [rules.breach(of: inspection.function, routes), sight.breach].compactMap({ $0 }) {
                complaints.append("\(breach.rule.rawValue): \(breach.seen)")
            }
            let holders = held.filter { $0.value.names(hostdev: function) }.keys
            if holders.count > 1 || state.phase != .quarantined && Set(holders) != Set([state.domain].compactMap { $0 })
            {
                complaints.append(
                    "one-owner: \(function) is a hostdev of \(holders.count) domains, recorded \(state.phase)")
            }
        }
        return complaints
    }
}

/// A script that cannot be played as it should.
struct Unplayable: Error {
    let what: String
}
