import Foundation
import Glibc
import Testing

@testable import Journal

@Suite struct `The state directory` {
    @Test(
        arguments: [
            (0, ["XDG_STATE_HOME": "/x", "HOME": "/root"], "/var/lib/tdispctl"),
            (1000, ["XDG_STATE_HOME": "/x/state", "HOME": "/home/u"], "/x/state/tdispctl"),
            (1000, ["HOME": "/home/u"], "/home/u/.local/state/tdispctl"),
            (1000, ["XDG_STATE_HOME": "", "HOME": "/home/u"], "/home/u/.local/state/tdispctl"),
            (1000, ["XDG_STATE_HOME": "relative", "HOME": "/home/u"], "/home/u/.local/state/tdispctl"),
        ] as [(UInt32, [String: String], String)])
    func `has its conventional place`(user: UInt32, environment: [String: String], path: String) throws {
        #expect(try StateDirectory.defaultPath(environment: environment, effectiveUser: user) == path)
    }

    @Test func `must be named where the environment names no home`() {
        expectFailure(.noStateDirectory) { try StateDirectory.defaultPath(environment: [:], effectiveUser: 1000) }
    }

    @Test func `is created with its parents, for its owner alone, when the lock is taken`() async throws {
        let scratch = try Scratch()
        let directory = try StateDirectory(at: "\(scratch.path)/deep/state")
        #expect(!FileManager.default.fileExists(atPath: directory.path))
        _ = try await JournalLock.acquire(in: directory, command: "test", at: 0)
        #expect(try scratch.mode(of: "deep/state") == 0o700)
    }

    @Test func `has the room of the parent that is there, before it is created`() throws {
        let scratch = try Scratch()
        let free = try #require(try StateDirectory(at: "\(scratch.path)/deep/state").freeSpace)
        #expect(free > 0)
    }

    @Test func `that someone else owns is refused`() throws {
        let scratch = try Scratch()
        expectFailure(.unsafeDirectory) { try StateDirectory(at: scratch.path, owner: geteuid() + 1) }
    }

    @Test(arguments: [0o770, 0o702, 0o777, 0o720]) func `that others may write to is refused`(mode: Int) throws {
        let scratch = try Scratch()
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: scratch.path)
        expectFailure(.unsafeDirectory) { try scratch.directory }
    }

    @Test(arguments: [0o700, 0o755, 0o750]) func `that others may only read is accepted`(mode: Int) throws {
        let scratch = try Scratch()
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: scratch.path)
        #expect(try scratch.directory.path == scratch.path)
    }

    @Test func `that is a file is refused`() throws {
        let scratch = try Scratch()
        try Data().write(to: URL(filePath: "\(scratch.path)/file"))
        expectFailure(.unsafeDirectory) { try StateDirectory(at: "\(scratch.path)/file") }
    }

    @Test func `below a file cannot be created`() async throws {
        let scratch = try Scratch()
        try Data().write(to: URL(filePath: "\(scratch.path)/file"))
        await expectFailure(.denied) {
            try await JournalLock.acquire(in: StateDirectory(at: "\(scratch.path)/file/state"), command: "test", at: 0)
        }
    }

    @Test func `reached by a symbolic link is judged by what the link names`() throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: "\(scratch.path)/open", withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: "\(scratch.path)/open")
        try FileManager.default.createSymbolicLink(
            atPath: "\(scratch.path)/link", withDestinationPath: "\(scratch.path)/open")
        expectFailure(.unsafeDirectory) { try StateDirectory(at: "\(scratch.path)/link") }
    }
}
