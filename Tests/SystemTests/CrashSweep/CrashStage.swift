import Assignment
import AssignmentService
import Attestation
import Emulator
import EmulatorProcess
import Foundation
import IOMMU
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
        let rested = try await settle()
        complaints += rested.complaints.map { "after the restart: \($0)" }
        let again = try await tool.start(command + ["--output", "json"]).ended()
        if again.status != run.usualStatus, again.status.map({ [2, 3, 8].contains($0) }) ?? true {
            complaints.append("repeated: it ends with \(again.status ?? -1): \(again.err)\(again.out)")
        }
        complaints += try await settle().complaints.map { "repeated: \($0)" }
        let device = try FunctionAddress(parsing: command[1])
        return CrashResult(
            run: run, phase: (rested.contents.assignments[device] ?? .initial).phase.rawValue, complaints: complaints)
    }

    // MARK: The shim

    private func watched(at run: CrashRun? = nil, log: String? = nil) -> Tool {
        tool.with("LD_PRELOAD", shim).with("CRASHPOINTS_DIR", tool.stateDirectory)
            .with("CRASHPOINTS_AT", run.map { "\($0.point.number)" }).with("CRASHPOINTS_HOW", run?.how.rawValue)
            .with("CRASHPOINTS_LOG", log)
    }

    // MARK: The next manager

    /// What a manager found when it had taken up everything, and asked every device.
    private struct Rest {
        var contents = JournalContents()
        var complaints: [String] = []
    }

    /// What every command that changes anything does before all else; and then the rules are held against the host.
    private func settle() async throws -> Rest {
        let host = tool.host
        let journal: Journal
        do {
            let directory = try StateDirectory(at: tool.stateDirectory)
            journal = try Journal.open(
                try await JournalLock.acquire(in: directory, command: "sweep", at: 0, wait: .seconds(5)))
        } catch {
            return Rest(complaints: ["the journal cannot be opened: \(error)"])
        }
        let service = try AssignmentService(
            world: World(
                platform: host, journal: journal, judge: { $0.judged(by: BuiltInVerdict()) },
                nonce: { (0..<32).map { _ in UInt8.random(in: 0...255) } }, now: { 0 }))
        await service.takeUp()
        let snapshot = try await host.snapshot()
        for function in try journal.load().assignments.keys.sorted() {
            let dsm = snapshot.function(function)?.dsm ?? function
            await service.takeNotices(of: dsm)
            _ = await service.confirm(function, dsm: dsm)
        }
        defer { try? journal.close() }
        return Rest(contents: try journal.load(), complaints: try await complaints(journal))
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
