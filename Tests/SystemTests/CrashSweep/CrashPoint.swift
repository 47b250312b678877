import Foundation

/// A moment of a command at which the world outside of its process changes (`Tests/CrashPoints/crashpoints.c`).
struct CrashPoint: Hashable, Sendable {
    /// Which act of the script it belongs to, from 0.
    let act: Int
    /// Its number in the command, from 1.
    let number: Int
    let kind: Kind
    /// The file that is changed; `host`: nothing is, the host is talked to.
    let file: String

    enum Kind: String, Sendable, CaseIterable {
        case write, sync, truncate, unlink, rename
        /// Of an exchange with the host: before it is asked, when it has answered, when the answer was read.
        case request, answer, reply
    }

    /// How the manager ends there.
    enum How: String, Sendable, CaseIterable {
        /// By SIGKILL.
        case kill
        /// Half of a write is done.
        case torn
        /// What was not synced is gone.
        case power
        /// The sync did nothing, and what it should have kept is gone when the host has answered next, or the command has ended.
        case lost
        /// It lives, but there is no room on the disk from here on.
        case full

        /// Whether a manager is made to end so at a moment. A write that was not synced is gone at the next moment as well; and
        /// a journal of which a disk that lies has kept nothing but the name is refused by name before anything is done.
        func isPossible(at point: CrashPoint) -> Bool {
            switch self {
            case .kill: true
            case .torn, .full: point.kind == .write
            case .power: point.kind != .write
            case .lost: point.kind == .sync && !point.file.hasPrefix("journal.sqlite.new")
            }
        }
    }

    /// The moments in the order in which they came, as the shim wrote them down.
    static func read(_ path: String, act: Int) throws -> [CrashPoint] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 4, let number = Int(words[0]), let kind = Kind(rawValue: String(words[1])) else {
                return nil
            }
            return CrashPoint(act: act, number: number, kind: kind, file: String(words[2]))
        }
    }
}

/// One run of the sweep: a script, a moment in it, and how the manager ends there.
struct CrashRun: Sendable {
    let script: CrashScript
    let point: CrashPoint
    let how: CrashPoint.How
    /// The exit code of the command when nothing ends it.
    let usualStatus: Int32?

    /// How it is named in a call of `scripts/crash-sweep`.
    var name: String { "\(point.act):\(point.number):\(how.rawValue)" }
}

/// What came of a run.
struct CrashResult: Sendable {
    /// The phase of a run whose manager ended by itself, before that moment came.
    static let notReached = "not reached"

    let run: CrashRun
    /// Where the device of the act was found at rest by the manager that came next, or why not.
    let phase: String
    /// What must not be so; empty: all is well.
    let complaints: [String]
}
