import Foundation
import Glibc

/// The directory that holds the journal and its lock, checked: it is ours and nobody else may write to it.
///
/// A directory that does not exist yet is accepted, because there is nothing in it to distrust; whoever takes the
/// ``JournalLock`` creates it.
public struct StateDirectory: Hashable, Sendable {
    /// Absolute path, symbolic links resolved.
    public let path: String

    /// Checks the directory at `path`, which may be relative to the working directory. Changes nothing.
    ///
    /// Throws ``JournalError`` `unsafeDirectory` when something else than a directory is there, when it belongs to
    /// another user than this process's, or when group or others may write to it; `denied` when it cannot be looked at.
    public init(at path: String) throws(JournalError) { try self.init(at: path, owner: geteuid()) }

    init(at path: String, owner: UInt32) throws(JournalError) {
        self.path = URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path(percentEncoded: false)
        try verify(owner: owner)
    }

    /// Where state belongs when no directory was named: `/var/lib/tdispctl` for root, else `$XDG_STATE_HOME/tdispctl`, else
    /// `~/.local/state/tdispctl`. As the XDG base directory specification has it, a relative path in the variable is ignored.
    ///
    /// Throws ``JournalError`` `noStateDirectory` when the environment names no home.
    public static func defaultPath(environment: [String: String]) throws(JournalError) -> String {
        try defaultPath(environment: environment, effectiveUser: geteuid())
    }

    static func defaultPath(environment: [String: String], effectiveUser: UInt32) throws(JournalError) -> String {
        if effectiveUser == 0 { return "/var/lib/tdispctl" }
        func absolute(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        if let state = absolute("XDG_STATE_HOME") { return "\(state)/tdispctl" }
        if let home = absolute("HOME") { return "\(home)/.local/state/tdispctl" }
        throw JournalError(
            .noStateDirectory, "neither XDG_STATE_HOME nor HOME names a place for state",
            advice: "name a directory with --state-dir")
    }

    /// Bytes that its file system has left for us, there or where it will be created; nil when that cannot be seen.
    public var freeSpace: UInt64? {
        var place = URL(filePath: path)
        while place.path.count > 1, !FileManager.default.fileExists(atPath: place.path) {
            place.deleteLastPathComponent()
        }
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: place.path)
        return (facts?[.systemFreeSize] as? NSNumber)?.uint64Value
    }

    /// Creates the directory (0700) and its parents where they are missing, and checks it again.
    func create() throws(JournalError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw JournalError(creating: "state directory \(path)", failed: error)
        }
        try verify(owner: geteuid())
    }

    /// The path of a file in the directory.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Creates an empty file (0600) unless one is there; what is there is kept, whoever came first.
    func createFile(_ name: String) throws(JournalError) {
        let file = file(name)
        do {
            try Data().write(to: URL(filePath: file), options: .withoutOverwriting)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        } catch CocoaError.fileWriteFileExists {
            return
        } catch {
            throw JournalError(creating: file, failed: error)
        }
    }

    private func verify(owner: UInt32) throws(JournalError) {
        guard let facts = try Self.attributes(of: path) else { return }
        func refuse(_ reason: String, _ advice: String) -> JournalError {
            JournalError(.unsafeDirectory, "state directory \(path) \(reason)", advice: advice)
        }
        guard facts[.type] as? FileAttributeType == .typeDirectory else {
            throw refuse("is not a directory", "name another with --state-dir")
        }
        guard let user = (facts[.ownerAccountID] as? NSNumber)?.uint32Value, user == owner else {
            throw refuse("belongs to another user", "run as its owner, or name another with --state-dir")
        }
        guard let mode = (facts[.posixPermissions] as? NSNumber)?.uint32Value, mode & 0o022 == 0 else {
            throw refuse("can be written by others", "look at what is in it, then run: chmod go-w \(path)")
        }
    }

    /// Whether a file of this name is in the directory. Throws `denied` when that cannot be seen.
    func contains(_ name: String) throws(JournalError) -> Bool { try Self.attributes(of: file(name)) != nil }

    /// The attributes of what is there, or nil when nothing is.
    private static func attributes(of path: String) throws(JournalError) -> [FileAttributeKey: Any]? {
        do {
            return try FileManager.default.attributesOfItem(atPath: path)
        } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
            return nil
        } catch {
            throw JournalError(
                .denied, "\(path) cannot be looked at: \(JournalError.systemReason(error))",
                advice: "check the permissions of its parents, or name another place with --state-dir")
        }
    }
}

extension JournalError {
    /// What the system said, in its own words, in an error that came through Foundation.
    static func systemReason(_ error: any Error) -> String {
        let cause = ((error as? CocoaError)?.underlying ?? error) as NSError
        let words = cause.localizedFailureReason ?? cause.localizedDescription
        return words.prefix(1).lowercased() + words.dropFirst()
    }

    /// A file or directory could not be created.
    init(creating item: String, failed error: any Error) {
        let reason = "\(item) cannot be created"
        switch (error as? CocoaError)?.code {
        case .fileWriteOutOfSpace:
            self.init(.diskFull, "\(reason): the disk is full", advice: "free space and try again")
        case .fileWriteVolumeReadOnly:
            self.init(
                .readOnly, "\(reason): the file system is read-only", advice: "name another place with --state-dir")
        default:
            self.init(
                .denied, "\(reason): \(Self.systemReason(error))",
                advice: "check the permissions, or name another place with --state-dir")
        }
    }
}
