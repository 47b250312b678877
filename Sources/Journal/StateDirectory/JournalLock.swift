import Foundation
import Glibc
import Synchronization

/// The right to change a state directory: at most one mutating manager holds it.
///
/// The kernel keeps the lock (`flock`) for as long as the file is open in this process, so it ends with ``release()``, with
/// the last reference, with the process however that dies. The file's content only tells others who holds it: content
/// left behind by a killed process means nothing.
public final class JournalLock: Sendable {
    /// The lock file's name in the state directory.
    static let fileName = "manager.lock"

    /// What is locked.
    public let directory: StateDirectory
    let file: FileHandle
    private let isOurs = Atomic(false)

    private init(directory: StateDirectory, file: FileHandle) {
        self.directory = directory
        self.file = file
    }

    /// Takes the lock, creating the state directory where it is missing.
    ///
    /// Looks at once, then again after 5 ms and ever more rarely, up to four times a second, until `wait` is over; a
    /// cancelled task stops waiting. `command` and `time` (nanoseconds since 1970-01-01 UTC) are what others are told.
    ///
    /// Throws ``JournalError`` `held` with the holder when the time is over, and what ``StateDirectory`` throws.
    public static func acquire(
        in directory: StateDirectory, command: String, at time: UInt64, wait: Duration = .zero,
        clock: some Clock<Duration> = ContinuousClock()
    ) async throws(JournalError) -> JournalLock {
        let lock = try open(directory)
        let deadline = clock.now.advanced(by: wait)
        var pause = Duration.milliseconds(5)
        while try !lock.take() {
            let left = clock.now.duration(to: deadline)
            guard left > .zero, (try? await clock.sleep(for: min(pause, left))) != nil else { throw lock.held() }
            pause = min(pause * 2, .milliseconds(250))
        }
        lock.sign(LockHolder(process: getpid(), command: command, since: time))
        return lock
    }

    deinit { release() }

    /// Who works in a state directory at the moment, as far as that is told: a holder signs after it has the lock, and a
    /// process that was killed is not taken for one.
    public static func holder(of directory: StateDirectory) -> LockHolder? {
        LockHolder.read(from: directory.file(fileName))
    }

    /// Gives the lock back. Harmless when repeated.
    public func release() {
        if isOurs.exchange(false, ordering: .relaxed) { try? file.truncate(atOffset: 0) }
        // Closing alone would leave it to a child that was forked and has not begun its own program yet.
        _ = flock(file.fileDescriptor, LOCK_UN)
        try? file.close()
    }

    private static func open(_ directory: StateDirectory) throws(JournalError) -> JournalLock {
        try directory.create()
        try directory.createFile(fileName)
        do {
            let file = try FileHandle(forUpdating: URL(filePath: directory.file(fileName)))
            // A child that inherits the descriptor would keep the lock after this process has died.
            _ = fcntl(file.fileDescriptor, F_SETFD, FD_CLOEXEC)
            return JournalLock(directory: directory, file: file)
        } catch {
            throw JournalError(
                .denied, "lock file \(directory.file(fileName)) cannot be opened: \(JournalError.systemReason(error))",
                advice: "check its owner and permissions")
        }
    }

    /// Whether the lock is ours now.
    private func take() throws(JournalError) -> Bool {
        if flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 {
            isOurs.store(true, ordering: .relaxed)
            return true
        }
        let code = errno
        if code == EWOULDBLOCK || code == EINTR { return false }
        throw JournalError(
            .inputOutput, "lock file \(directory.file(Self.fileName)) cannot be locked (errno \(code))",
            advice: "name a directory on a local file system with --state-dir")
    }

    /// Writes the holder's name. A full disk may prevent that; the lock is held all the same.
    private func sign(_ holder: LockHolder) {
        guard let text = try? JSONEncoder().encode(holder) else { return }
        try? file.truncate(atOffset: 0)
        try? file.seek(toOffset: 0)
        try? file.write(contentsOf: text)
    }

    private func held() -> JournalError {
        let holder = LockHolder.read(from: directory.file(Self.fileName))
        return JournalError(
            .held, "state directory \(directory.path) is held by \(holder?.description ?? "another process")",
            advice: "wait for it to end, or try again with a longer wait", holder: holder)
    }
}

/// Who holds a state directory.
public struct LockHolder: Hashable, Sendable, Codable {
    /// Process ID.
    public let process: Int32
    /// The command line, as the holder gave it.
    public let command: String
    /// When the lock was taken, nanoseconds since 1970-01-01 UTC.
    public let since: UInt64

    /// Creates a holder.
    public init(process: Int32, command: String, since: UInt64) {
        self.process = process
        self.command = command
        self.since = since
    }

    /// The holder that signed the file; nil when it has not signed yet, which leaves the name of a process that is gone.
    static func read(from path: String) -> LockHolder? {
        guard let text = try? Data(contentsOf: URL(filePath: path)),
            let holder = try? JSONDecoder().decode(LockHolder.self, from: text),
            kill(holder.process, 0) == 0 || errno == EPERM
        else { return nil }
        return holder
    }
}

extension LockHolder: CustomStringConvertible {
    /// `tdispctl convert 0000:3b:00.1 (pid 4711) since 2026-01-02T03:04:05Z`.
    public var description: String {
        let start = Date(timeIntervalSince1970: Double(since) / 1e9)
        return "'\(command)' (pid \(process)) since \(start.formatted(.iso8601))"
    }
}
