import Assignment
import EmulatorProcess
import Foundation
import Testing

/// Where journal and socket are kept.
@Suite struct `A state directory` {
    static let isRoot = geteuid() == 0

    @Test func `that cannot be made is named, and nothing was changed`() async throws {
        try await Tool.with { tool in
            // Nobody can make a directory there, not even root.
            let nowhere = tool.with("TDISPCTL_STATE_DIR", "/proc/tdispctl")
            for command in [["convert", Demo.vf, "--domain", "web1"], ["list"], ["emulate", "start"]] {
                let ended = try await nowhere.start(command).ended()
                #expect([1, 8].contains(ended.status), "\(command)")
                #expect(ended.err.contains("/proc/tdispctl"), "\(ended.err)")
            }
        }
    }

    @Test func `that others may write to is refused with the cure`() async throws {
        try await Tool.with { tool in
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: tool.stateDirectory)
            for command in [["list"], ["convert", Demo.vf, "--domain", "web1"], ["history"], ["emulate", "status"]] {
                let ended = try await tool.start(command).ended()
                #expect(ended.status == 1, "\(command)")
                #expect(ended.err.contains("chmod"))
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: tool.stateDirectory)
            try await tool.convert()
        }
    }

    @Test func `of someone else is refused`() async throws {
        try await Tool.with { tool in
            var other = tool.with("TDISPCTL_STATE_DIR", "/")
            if Self.isRoot {
                other = tool.with("TDISPCTL_STATE_DIR", tool.scratch + "/other")
                try FileManager.default.createDirectory(
                    atPath: tool.scratch + "/other", withIntermediateDirectories: false,
                    attributes: [.ownerAccountID: 65534, .posixPermissions: 0o700])
            }
            for command in [["list"], ["convert", Demo.vf, "--domain", "web1"]] {
                let ended = try await other.start(command).ended()
                #expect(ended.status == 1)
                #expect(ended.err.contains("another user"), "\(ended.err)")
            }
        }
    }

    @Test func `that is a file is refused`() async throws {
        try await Tool.withoutHost { tool in
            let file = tool.with("TDISPCTL_STATE_DIR", try tool.write("", to: "file"))
            let ended = try await file.run("list", "--topology", "demo")
            #expect(ended.status == 1 && ended.err.contains("not a directory"))
        }
    }

    @Test func `with another file in the socket's place is refused, and the file is kept`() async throws {
        try await Tool.withoutHost { tool in
            let socket = HostLauncher(directory: tool.stateDirectory, program: "").socketPath
            try FileManager.default.createDirectory(
                atPath: tool.stateDirectory, withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])
            try Data("mine".utf8).write(to: URL(filePath: socket))
            let ended = try await tool.start(["emulate", "start", "--topology", "demo"]).ended()
            #expect(ended.status != 0)
            #expect(try Data(contentsOf: URL(filePath: socket)) == Data("mine".utf8))
        }
    }

    @Test(.enabled(if: !isRoot, "root may write everywhere"))
    func `without the right to write is refused before anything is done`() async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: tool.stateDirectory)
            defer {
                try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: tool.stateDirectory)
            }
            #expect(try await tool.run("convert", Demo.vf, "--domain", "web1").status == 1)
            #expect(try await tool.traces(of: Demo.vf) == found)
        }
    }

    @Test(arguments: [
        (["list"], "/etc/passwd/state", "not a directory"),
        (["convert", Demo.vf], "/etc/passwd/state", "not a directory"),
        (["list"], "/proc/state", "no such file or directory"),
    ])
    func `that cannot be made is named, in the system's words`(
        call: [String], directory: String, words: String
    ) async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.with("TDISPCTL_STATE_DIR", directory).with("TDISPCTL_TOPOLOGY", "demo")
                .start(call + (call.count > 1 ? ["--domain", "web1"] : [])).ended()
            #expect(ended.status == 1, "\(ended.err)")
            #expect(ended.err.contains(directory) && ended.err.contains(words), "\(ended.err)")
            #expect(!ended.err.contains("could not be completed"), "\(ended.err)")
        }
    }

    @Test func `too deep for a socket is named`() async throws {
        try await Tool.with { tool in
            let deep = tool.with("TDISPCTL_STATE_DIR", tool.scratch + "/" + String(repeating: "d", count: 100))
            let ended = try await deep.run("list")
            #expect(ended.status != 0 && ended.err.contains("107"), "\(ended.err)")
        }
    }

    @Test func `is private to its owner, and so is all that is in it`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let names = try FileManager.default.contentsOfDirectory(atPath: tool.stateDirectory)
            #expect(names.count > 3)
            for name in names + ["."] where name != "domains.xml" {
                let facts = try FileManager.default.attributesOfItem(atPath: tool.stateDirectory + "/" + name)
                let mode = try #require(facts[.posixPermissions] as? NSNumber)
                #expect(mode.intValue & 0o077 == 0, "\(name)")
            }
        }
    }
}

/// The journal's file, met in a state that nobody wishes for.
@Suite struct `A journal` {
    @Test(arguments: [Damage.header, .page, .empty, .text])
    func `that is damaged is left as it is, and every verb that needs it says so`(damage: Damage) async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try await tool.convert()
            try await tool.succeed("release", Demo.vf)
            let damaged = try tool.journal { damage.inflict(on: &$0) }
            for command in [["convert", Demo.vf, "--domain", "web1"], ["history"], ["recover", Demo.vf]] {
                let ended = try await tool.start(command + ["--output", "json"]).ended()
                #expect(ended.status == 1, "\(command)")
                #expect(ended.out.contains("journal.sqlite"), "\(ended.out)")
            }
            for command in [["list"], ["show", Demo.vf], ["routes", Demo.vf]] {
                let ended = try await tool.start(command + ["--output", "json"]).ended()
                #expect(ended.status == 1, "\(command)")
                #expect(ended.err.contains("the record cannot be read: ") && ended.err.contains("journal.sqlite"))
                #expect(try !ended.items.array.isEmpty && ended.items[0]["recorded"] == .null, "\(ended.out)")
            }
            let after = try tool.journal { _ in }
            #expect(after == damaged)
            #expect(try await tool.traces(of: Demo.vf) == found)
            #expect(try await tool.run("doctor").status == 7)
        }
    }

    @Test func `of a newer schema is refused by name and left as it is`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            // The schema's version: user_version of the SQLite header, big-endian at 60.
            let newer = try tool.journal { $0.replaceSubrange(60..<64, with: [0, 0, 0, 99]) }
            for command in [["list"], ["release", Demo.vf]] {
                let ended = try await tool.start(command).ended()
                #expect(ended.status == 1 && ended.err.contains("99"), "\(ended.err)")
            }
            // Nothing is wrong with the device: nobody cuts it because of a file.
            let watched = try await tool.run("watch", "--once")
            #expect(watched.status == 1 && watched.out.contains("answers RUN, and nobody can account for that"))
            let spared = try await tool.run("recover", Demo.vf)
            #expect(spared.status == 1 && spared.err.contains("it was left as it is"), "\(spared.err)")
            #expect(try await tool.traces(of: Demo.vf).state == "RUN")
            try await tool.succeed("emulate", "inject", "{link-down: 0000:3b:00.0}")
            let cut = try await tool.run("watch", "--once")
            #expect(cut.status == 1 && cut.out.contains("rank 1: ok"), "\(cut.out)")
            let routes = try await tool.json("routes", Demo.vf)
            #expect(try routes.items[1]["reaches"].array.isEmpty && routes.err.contains("99"), "\(routes.out)")
            let after = try tool.journal { _ in }
            #expect(after == newer)
        }
    }

    @Test func `whose history was altered is found out by its chain, and the devices can still be worked with`()
        async throws
    {
        try await Tool.with { tool in
            try await tool.convert()
            try tool.journal { bytes in
                guard let place = bytes.firstRange(of: Data("CONFIG_LOCKED confirmed".utf8)) else { return }
                bytes.replaceSubrange(place, with: Data("CONFIG_LOCKED confirmeD".utf8))
            }
            let verdict = try await tool.run("history", "--verify")
            #expect(verdict.status == 1 && verdict.err.contains("entry"))
            try await tool.succeed("release", Demo.vf)
        }
    }

    @Test func `that was moved away leaves devices that are asked where they are, and adopted`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            try await tool.succeed("convert", Demo.sibling, "--domain", "web1")
            try await tool.succeed("release", Demo.sibling, "--keep")
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: tool.stateDirectory + "/journal.sqlite" + suffix)
            }
            let listed = try await tool.listed(Demo.vf)
            #expect(listed["recorded"]["phase"] == "available" && listed["confirmed"]["state"] == "RUN")
            #expect(listed["note"].string?.contains("RUN") == true)
            // Who is recorded nowhere is not taken for the host's: neither the locked one nor the one in shared operation.
            let released = try await tool.json("release", Demo.vf)
            #expect(try released.status == 5 && released.items[0]["error"]["next"].string?.contains("recover") == true)
            let sibling = try await tool.json("release", Demo.sibling)
            #expect(try sibling.status == 5 && sibling.items[0]["error"]["next"].string?.contains("virsh") == true)
            let beside = try await tool.run("recover", Demo.sibling)
            #expect(beside.status == 6 && beside.err.contains("recover \(Demo.sibling) \(Demo.vf)"), "\(beside.err)")
            #expect(try await tool.traces(of: Demo.vf).state == "RUN")
            let plan = try await tool.json("recover", Demo.vf, "--plan")
            #expect(try plan.status == 0 && plan.items[0]["effects"][0] == "cut", "\(plan.out)")
            let recovered = try await tool.json("recover", Demo.vf)
            #expect(try recovered.status == 0 && recovered.items[0]["phase"] == "attached", "\(recovered.out)")
            #expect(try recovered.items[0]["domainName"] == "web1")
            try await tool.succeed("release", Demo.vf)
            let adopted = try await tool.json("recover", Demo.sibling)
            #expect(try adopted.status == 0 && adopted.items[0]["phase"] == "attached", "\(adopted.out)")
            try await tool.succeed("release", Demo.sibling)
            try await tool.expectSoundness()
        }
    }

    @Test func `that was moved away leaves devices that are watched, and brought home when they fall`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            try await tool.succeed("convert", Demo.nvme, "--domain", "web1")
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: tool.stateDirectory + "/journal.sqlite" + suffix)
            }
            let watched = try await tool.run("watch", "--once")
            #expect(watched.status == 0 && watched.out.contains("2 devices"), "\(watched.out)")
            #expect(watched.out.contains("\(Demo.vf)") && watched.out.contains("tdispctl recover \(Demo.vf)"))
            try await tool.succeed("emulate", "inject", "{poisoned-data: \(Demo.vf)}")
            #expect(try await tool.run("watch", "--once").status == 0)
            #expect(try tool.recordedPhase(of: Demo.vf) == .attached)
            #expect(try await tool.traces(of: Demo.nvme).state == "RUN")
            let recovered = try await tool.succeed("recover", Demo.nvme)
            #expect(recovered.out.contains("attached to web1"), "\(recovered.out)")
            try await tool.expectSoundness()
        }
    }

    @Test
    func `that was moved away: recover takes up the device that is named, and others with the operator's word only`()
        async throws
    {
        try await Tool.with { tool in
            try await tool.convert()
            try await tool.succeed("convert", Demo.sibling, "--domain", "web1")
            try await tool.succeed("convert", Demo.nvme, "--domain", "web1")
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: tool.stateDirectory + "/journal.sqlite" + suffix)
            }
            try await tool.succeed("recover", Demo.nvme)
            #expect(try await tool.traces(of: Demo.vf).state == "RUN")
            for option in ["--quiet", "--plan"] {
                let refused = try await tool.json("recover", Demo.vf, option)
                #expect(refused.status == 6, "\(refused.out)")
                #expect(refused.out.contains("recorded nowhere") && refused.out.contains(Demo.sibling))
            }
            let converted = try await tool.run("convert", "0000:3b:00.0", "--domain", "web1")
            #expect(converted.status == 6 && converted.err.contains("tdispctl recover"), "\(converted.err)")
            #expect(try await tool.traces(of: Demo.vf).state == "RUN")
            #expect(try await tool.traces(of: Demo.sibling).state == "RUN")
            try await tool.succeed("recover", Demo.vf, Demo.sibling)
            #expect(try tool.recordedPhase(of: Demo.vf) == .attached)
            #expect(try tool.recordedPhase(of: Demo.sibling) == .attached)
            try await tool.expectSoundness()
        }
    }

    /// What can happen to a file.
    enum Damage: Sendable, CaseIterable {
        case header, page, empty, text

        func inflict(on bytes: inout Data) {
            switch self {
            case .header: bytes.replaceSubrange(0..<100, with: Data(repeating: 0xA5, count: 100))
            case .page:
                for page in stride(from: 4096, to: bytes.count, by: 4096) {
                    bytes.replaceSubrange(page..<page + 64, with: Data(repeating: 0xA5, count: 64))
                }
            case .empty: bytes = Data()
            case .text: bytes = Data("Dear diary, today I converted a device.\n".utf8)
            }
        }
    }
}

extension Tool {
    /// Changes the bytes of the journal's file, which nobody has open, and gives what it then holds.
    @discardableResult
    fileprivate func journal(_ change: (inout Data) -> Void) throws -> Data {
        let url = URL(fileURLWithPath: stateDirectory + "/journal.sqlite")
        var bytes = try Data(contentsOf: url)
        let before = bytes
        change(&bytes)
        if bytes != before { try bytes.write(to: url) }
        return bytes
    }
}
