import Foundation
import Glibc
import Synchronization
import Testing

@testable import Journal

/// A clock that moves only when someone sleeps, and then runs what the test gave it.
private final class SleepClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset = Duration.zero
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let time = Mutex(Instant())
    private let count = Mutex(0)
    private let onSleep: @Sendable (Int) throws -> Void

    init(onSleep: @escaping @Sendable (Int) throws -> Void = { _ in }) { self.onSleep = onSleep }

    var now: Instant { time.withLock { $0 } }
    var minimumResolution: Duration { .zero }
    var sleeps: Int { count.withLock { $0 } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        time.withLock { $0 = max($0, deadline) }
        try onSleep(
            count.withLock {
                $0 += 1; return $0
            })
    }
}

/// Another process that holds a file's lock until it is told to end or is killed: flock(1) of util-linux.
private final class Holder {
    private let process = Process()
    private let input = Pipe()
    var pid: Int32 { process.processIdentifier }

    /// Returns when the lock is held.
    init(of file: String) throws {
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/flock")
        process.arguments = ["--no-fork", file, "sh", "-c", "echo held; read line"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))
    }

    func end() throws {
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    func kill() {
        _ = Glibc.kill(pid, SIGKILL)
        process.waitUntilExit()
    }
}

@Suite struct `The journal's lock` {
    private func acquire(
        in scratch: Scratch, wait: Duration = .zero, clock: SleepClock = SleepClock()
    ) async throws -> JournalLock {
        try await JournalLock.acquire(
            in: scratch.directory, command: "tdispctl convert 0000:3b:00.1", at: 1_767_323_045_000_000_000, wait: wait,
            clock: clock)
    }

    private func lockFile(of scratch: Scratch) throws -> String {
        let file = "\(scratch.path)/\(JournalLock.fileName)"
        try Data().write(to: URL(filePath: file))
        return file
    }

    @Test func `tells a second manager who holds it`() async throws {
        let scratch = try Scratch()
        let lock = try await acquire(in: scratch)
        let error = await #expect(throws: JournalError.self) { try await acquire(in: scratch) }
        #expect(error?.code == .held)
        #expect(
            error?.holder
                == LockHolder(
                    process: getpid(), command: "tdispctl convert 0000:3b:00.1", since: 1_767_323_045_000_000_000))
        #expect(error?.message.contains("(pid \(getpid())) since 2026-01-02T03:04:05Z") == true)
        lock.release()
    }

    @Test func `who holds it is told while it is held, also after somebody else tried in vain`() async throws {
        let scratch = try Scratch()
        let directory = try StateDirectory(at: scratch.path)
        #expect(JournalLock.holder(of: directory) == nil)
        let lock = try await acquire(in: scratch)
        await expectFailure(.held) { try await acquire(in: scratch) }
        #expect(JournalLock.holder(of: directory)?.process == getpid())
        lock.release()
        #expect(JournalLock.holder(of: directory) == nil)
    }

    @Test func `is free again after a release, and after the last reference`() async throws {
        let scratch = try Scratch()
        let lock = try await acquire(in: scratch)
        lock.release()
        #expect(lock.file.fileDescriptor < 0)
        lock.release()
        _ = try await acquire(in: scratch)
        _ = try await acquire(in: scratch)
    }

    @Test func `is not inherited by children`() async throws {
        let lock = try await acquire(in: Scratch())
        #expect(fcntl(lock.file.fileDescriptor, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test func `of another process is seen, and ends with that process`() async throws {
        let scratch = try Scratch()
        let holder = try Holder(of: lockFile(of: scratch))
        await expectFailure(.held) { try await acquire(in: scratch) }
        try holder.end()
        _ = try await acquire(in: scratch)
    }

    @Test func `of a killed process is free`() async throws {
        let scratch = try Scratch()
        let holder = try Holder(of: lockFile(of: scratch))
        await expectFailure(.held) { try await acquire(in: scratch) }
        holder.kill()
        _ = try await acquire(in: scratch)
    }

    @Test func `keeps another process out`() async throws {
        let scratch = try Scratch()
        let lock = try await acquire(in: scratch)
        let other = Process()
        other.executableURL = URL(filePath: "/usr/bin/flock")
        other.arguments = [
            "--nonblock", "--conflict-exit-code", "75", scratch.path + "/" + JournalLock.fileName, "true",
        ]
        try other.run()
        other.waitUntilExit()
        #expect(other.terminationStatus == 75)
        lock.release()
    }

    @Test(arguments: ["", "no JSON", #"{"process":2147483647,"command":"gone","since":1}"#])
    func `a name that a dead holder left is neither an obstacle nor believed`(content: String) async throws {
        let scratch = try Scratch()
        let file = try lockFile(of: scratch)
        try Data(content.utf8).write(to: URL(filePath: file))
        let holder = try Holder(of: file)
        let error = await #expect(throws: JournalError.self) { try await acquire(in: scratch) }
        #expect(error?.code == .held)
        #expect(error?.holder == nil)
        holder.kill()
        let lock = try await acquire(in: scratch)
        defer { lock.release() }
        #expect(LockHolder.read(from: file)?.process == getpid())
    }

    @Test func `a waiting manager gets it when it is released`() async throws {
        let scratch = try Scratch()
        let first = try await acquire(in: scratch)
        let clock = SleepClock { sleeps in if sleeps == 3 { first.release() } }
        _ = try await acquire(in: scratch, wait: .seconds(10), clock: clock)
        #expect(clock.sleeps == 3)
    }

    @Test func `waiting ends on time, and looks ever more rarely`() async throws {
        let scratch = try Scratch()
        let first = try await acquire(in: scratch)
        let clock = SleepClock()
        await expectFailure(.held) { try await acquire(in: scratch, wait: .seconds(10), clock: clock) }
        #expect(clock.now.offset == .seconds(10))
        #expect((40...50).contains(clock.sleeps))
        first.release()
    }

    @Test func `without patience it looks once`() async throws {
        let scratch = try Scratch()
        let first = try await acquire(in: scratch)
        let clock = SleepClock()
        await expectFailure(.held) { try await acquire(in: scratch, clock: clock) }
        #expect(clock.sleeps == 0)
        first.release()
    }

    @Test func `a cancelled wait ends at once`() async throws {
        let scratch = try Scratch()
        let first = try await acquire(in: scratch)
        let clock = SleepClock { _ in throw CancellationError() }
        await expectFailure(.held) { try await acquire(in: scratch, wait: .seconds(10), clock: clock) }
        #expect(clock.sleeps == 1)
        first.release()
    }
}
