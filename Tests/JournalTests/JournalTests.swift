import Assignment
import Foundation
import GRDB
import PCIe
import TDISP
import Testing

@testable import Journal

@Suite struct `The journal` {
    @Test func `a new journal is empty and belongs to its owner alone`() async throws {
        let scratch = try Scratch()
        let journal = try await scratch.open()
        #expect(try journal.load() == JournalContents())
        #expect(try journal.history().isEmpty)
        try journal.record(Note("first", at: 1))
        for name in ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "manager.lock"] {
            #expect(try scratch.mode(of: name) == 0o600, "\(name)")
        }
    }

    @Test func `every step of a conversion is there after a restart, and its effect is an intent`() async throws {
        let scratch = try Scratch()
        var steps = Steps()
        let conversion = steps.conversion()
        #expect(conversion.last?.state.phase == .private)
        for (number, step) in conversion.enumerated() {
            let writing = try await scratch.open()
            try writing.record(step)
            try writing.close()

            let reading = try Journal.openForReading(in: scratch.directory)
            let record = try #require(try reading.device(device))
            #expect(record.state == step.state)
            #expect(record.recordedPhase == step.state.phase)
            #expect(record.epoch == step.state.lineage.epoch)
            #expect(record.updatedAt == step.time)
            let intents = step.effect == .none ? [] : [Intent(device: device, effect: step.effect, begunAt: step.time)]
            #expect(try reading.unresolvedIntents() == intents)
            #expect(try reading.history().count == number + 1)
            #expect(try reading.load().assignments == [device: step.state])
        }
    }

    @Test func `a connection's step is there after a restart`() async throws {
        let scratch = try Scratch()
        var steps = Steps()
        let step = steps.take(ConnectionEvent.require)
        let writing = try await scratch.open()
        try writing.record(step)
        try writing.close()
        let journal = try Journal.openForReading(in: scratch.directory)
        #expect(try journal.connections() == [ConnectionRecord(dsm: dsm, state: step.state, updatedAt: step.time)])
        #expect(try journal.load().connections == [dsm: step.state])
        #expect(try journal.history().first?.text == "connection required; begun: connect")
    }

    @Test func `what was recorded and what the device confirmed stand apart`() throws {
        let journal = try Journal.inMemory()
        var steps = Steps()
        var confirmed: [Phase: TDIState] = [:]
        for step in steps.conversion() {
            try journal.record(step)
            confirmed[step.state.phase] = try journal.device(device)?.confirmed?.state
        }
        #expect(confirmed[.locking] == nil, "a lock that was begun confirms nothing")
        #expect(confirmed[.locked] == .configLocked)
        #expect(confirmed[.confirming] == .configLocked, "START that was sent is not RUN")
        #expect(confirmed[.private] == .run)

        let fall = steps.take(.observed(.state(.error)))
        try journal.record(fall)
        let record = try #require(try journal.device(device))
        #expect(record.recordedPhase == .failed)
        #expect(record.confirmed == ConfirmedState(state: .error, time: fall.time))
    }

    @Test func `a step that confirms nothing keeps what was confirmed before, with its time`() throws {
        let journal = try Journal.inMemory()
        var steps = Steps()
        for step in steps.conversion() { try journal.record(step) }
        let before = try journal.device(device)?.confirmed
        try journal.record(steps.take(.observed(.driverTimeout)))
        #expect(try journal.device(device)?.recordedPhase == .failed)
        #expect(try journal.device(device)?.confirmed == before)
        #expect(before?.state == .run)
    }

    @Test func `devices are listed in order, and one that was never seen has no record`() throws {
        let journal = try Journal.inMemory()
        var (first, second) = (Steps(), Steps())
        try journal.record(second.take(.convert(domain, StandingOrders()), on: sibling))
        try journal.record(first.take(.convert(domain, StandingOrders())))
        #expect(try journal.devices().map(\.address) == [device, sibling])
        #expect(try journal.device(dsm) == nil)
        #expect(try journal.unresolvedIntents().map(\.device) == [device, sibling])
    }

    @Test func `an identity is kept through later steps`() throws {
        let journal = try Journal.inMemory()
        var steps = Steps()
        try journal.record(steps.take(.convert(domain, StandingOrders())))
        try journal.identify(device, as: "c0ffee", at: 5)
        try journal.record(steps.take(.finished(steps.state.pending.name, .succeeded)))
        #expect(try journal.device(device)?.identity == "c0ffee")
        #expect(try journal.history().map(\.kind) == [.request, .note, .outcome])
    }

    @Test func `a journal opened for reading refuses to write and changes nothing`() async throws {
        let scratch = try await closedJournal(remarks: 1)
        let journal = try Journal.openForReading(in: scratch.directory)
        expectFailure(.readOnly) { try journal.record(Note("second", at: 2)) }
        #expect(try journal.history().count == 1)
    }

    @Test func `reading where nothing was ever written finds nothing and creates nothing`() throws {
        let scratch = try Scratch()
        let journal = try Journal.openForReading(in: StateDirectory(at: "\(scratch.path)/absent"))
        #expect(try journal.devices().isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }

    @Test func `a reader sees each commit of the writer beside it`() async throws {
        let scratch = try Scratch()
        let writer = try await scratch.open()
        let reader = try Journal.openForReading(in: scratch.directory)
        for count in 1...3 {
            try writer.record(Note("remark", at: 0))
            #expect(try reader.history().count == count)
        }
    }

    @Test func `a state directory belongs to the first platform that binds it`() async throws {
        let scratch = try Scratch()
        let journal = try await scratch.open()
        #expect(try journal.platform() == nil)
        try journal.bind(toPlatform: "emulated:two-hosts")
        try journal.bind(toPlatform: "emulated:two-hosts")
        expectFailure(.otherPlatform) { try journal.bind(toPlatform: "linux") }
        #expect(try journal.platform() == "emulated:two-hosts")
    }

    @Test func `closing gives the lock back`() async throws {
        let scratch = try Scratch()
        let first = try await scratch.open()
        await expectFailure(.held) { try await scratch.open() }
        try first.close()
        _ = try await scratch.open()
    }

    @Test func `closing gives the lock back even when something could not be written`() async throws {
        let scratch = try Scratch()
        var steps = Steps()
        let first = try await scratch.open()
        for step in steps.conversion() { try first.record(step) }
        try first.limitPages(first.pages())
        let cut = steps.take(.observed(.streamInsecure), detail: String(repeating: "x", count: 20_000))
        #expect(throws: JournalFailure.self) { try first.record(cut) }
        expectFailure(.diskFull) { try first.close() }
        let second = try await scratch.open()
        #expect(try second.device(device)?.recordedPhase == .private)
    }

    @Test func `what was noticed stands with its device until it has proven itself, and the history says why`()
        async throws
    {
        let scratch = try Scratch()
        var steps = Steps()
        let journal = try await scratch.open()
        let (one, two) = (Signal(.ideCheck, at: 1), Signal(.driverErrors, at: 2))
        let suspect = SuspicionMachine.step(.none, one).state
        // Nobody has recorded the function yet.
        try journal.record(SuspicionRecord(device: device, suspicion: suspect, time: 1))
        #expect(try journal.load().suspicions.isEmpty)
        for step in steps.conversion() { try journal.record(step) }
        let before = try journal.history().count
        try journal.record(SuspicionRecord(device: device, suspicion: suspect, time: 2))
        let more = SuspicionMachine.step(suspect, two).state
        try journal.record(SuspicionRecord(device: device, suspicion: more, time: 3))
        #expect(try journal.load().suspicions == [device: more])
        #expect(try Journal.openForReading(in: scratch.directory).device(device)?.suspicion == more)
        try journal.record(steps.take(.observed(.streamInsecure)))
        #expect(try journal.device(device)?.suspicion == more)
        try journal.record(SuspicionRecord(device: device, suspicion: more.cleared, time: 4))
        #expect(try journal.load().suspicions.isEmpty)
        let notes = try journal.history().suffix(from: before).filter { $0.kind == .note }.map(\.text)
        #expect(notes == ["suspect: 1 x ide-check at device (60)", "it has proven itself: nothing is suspected"])
        try journal.close()
    }
}
