import Foundation
import Testing

/// Two processes: `emulate --listen` serves a device, `convert --endpoint` and `attest` talk to it.
@Suite struct `A device at an endpoint` {
    static let conclusion = "\nTDI in RUN; no IOMMU behind it: nothing is private here\n"
    static let unknownRoot = "sha384:" + String(repeating: "00", count: 48)
    /// Where nobody listens.
    static let nowhere = "spdm-emu+unix:///nowhere/device"

    // MARK: What works

    @Test(arguments: [true, false])
    func `is converted over TCP and over a Unix socket, and nothing is said to be private`(isTCP: Bool) async throws {
        try await Tool.withoutHost { tool in
            let address = isTCP ? "127.0.0.1:0" : "spdm-emu+unix://\(tool.scratch)/device"
            try await tool.serving(at: address) { served in
                #expect(served.endpoint.hasPrefix(isTCP ? "spdm-emu://127.0.0.1:" : address))
                for count in 1...2 {
                    let ended = try await tool.convert(served)
                    #expect(ended.status == 0, "\(ended.err)")
                    #expect(ended.out.hasSuffix(Self.conclusion), "\(ended.out)")
                    #expect(ended.out.contains("ACC-0001") && ended.out.contains(served.trust))
                    #expect(ended.err.hasPrefix("  discover") && ended.err.contains("\n  lock"), "\(ended.err)")
                    #expect(served.states.count == 3 * count)
                    #expect(served.states.suffix(3) == ["CONFIG_LOCKED", "RUN", "CONFIG_UNLOCKED"])
                }
                #expect(try await tool.convert(served, "--quiet").err.isEmpty)
            }
        }
    }

    @Test func `is attested without a session, and no interface changes its state`() async throws {
        try await Tool.withoutHost { tool in
            try await tool.serving { served in
                let ended = try await tool.run(
                    "attest", Demo.pf, "--endpoint", served.endpoint, "--trust", served.trust)
                #expect(ended.status == 0, "\(ended.err)")
                #expect(ended.out.contains("\nidentity: serial ACC-0001"))
                #expect(ended.out.contains("\nmeasurements: 3, signed\n"))
                #expect(ended.out.hasSuffix("\nidentity and measurements only: no session, no interface touched\n"))
                #expect(served.states.isEmpty)
            }
        }
    }

    // MARK: Who is believed

    @Test(arguments: [["--trust", unknownRoot], []])
    func `under a root that is not pinned is refused, naming the certificate, the field, and what admits it`(
        trust: [String]
    ) async throws {
        try await Tool.withoutHost { tool in
            try await tool.serving { served in
                let call = ["convert", Demo.pf, "--endpoint", served.endpoint] + trust
                let ended = try await tool.start(call).ended()
                #expect(ended.status == 6, "\(ended.err)")
                #expect(ended.err.contains("certificate 0, root: CN=Example Device CA, \(served.trust)"))
                #expect(ended.err.contains("--allow-deviation unknown-root"))
                #expect(!ended.out.contains("in RUN"))
                #expect(served.states.isEmpty)

                let admitted = try await tool.start(call + ["--allow-deviation", "unknown-root"]).ended()
                #expect(admitted.status == 0, "\(admitted.err)")
                #expect(admitted.out.contains("\nadmitted: unknown-root, "))
            }
        }
    }

    // MARK: Who is there

    @Test(arguments: [nowhere, "spdm-emu://127.0.0.1:1"])
    func `that is not there cannot be reached`(endpoint: String) async throws {
        try await Tool.withoutHost { tool in
            for verb in ["attest", "convert"] {
                let ended = try await tool.run(verb, Demo.pf, "--endpoint", endpoint)
                #expect(ended.status == 8)
                #expect(ended.err.contains("no connection to the device at \(endpoint)"), "\(ended.err)")
                #expect(ended.out.isEmpty)
            }
        }
    }

    @Test(arguments: [
        Array("SSH-2.0-OpenSSH_9.6\r\n".utf8), [0, 0, 0xDE, 0xAD, 0, 0, 0, 2, 0, 0, 0, 4, 1, 2, 3, 4],
    ])
    func `that greets as something else is no device`(greeting: [UInt8]) async throws {
        try await Tool.withoutHost { tool in
            try await OneLinePeer.saying(greeting, at: tool.scratch + "/peer") { endpoint in
                let ended = try await tool.run("convert", Demo.pf, "--endpoint", endpoint)
                #expect(ended.status == 8)
                #expect(ended.err.contains("does not speak the protocol of SPDM emulators"), "\(ended.err)")
            }
        }
    }

    @Test func `that says nothing is given up`() async throws {
        try await Tool.withoutHost { tool in
            try await OneLinePeer.saying([], at: tool.scratch + "/peer") { endpoint in
                let ended = try await tool.run("convert", Demo.pf, "--endpoint", endpoint)
                #expect(ended.status == 3)
                #expect(ended.err.contains("silent or too slow for 5.0 seconds"), "\(ended.err)")
            }
        }
    }

    // MARK: Kill -9

    @Test func `killed with -9 in the middle ends the conversation, and the client says where it was`() async throws {
        try await Tool.withoutHost { tool in
            try await tool.serving { served in
                let between = try await GoBetween(to: served.endpoint, at: tool.scratch + "/between") {
                    served.states.last == "RUN"
                }
                let client = try tool.start(tool.conversion(of: served, at: between.endpoint))
                try await between.holds()
                served.running.signal(SIGKILL)
                let ended = try await client.ended()
                // Something may be left on the device, and nobody knows.
                #expect(ended.status == 3, "\(ended.err)")
                #expect(ended.err.contains("the other end closed the connection"))
                #expect(ended.err.contains("the interface may still be locked"))
                #expect(ended.err.contains("\n  next    convert once more"), "\(ended.err)")
                #expect(!ended.out.contains("in RUN"))
            }
        }
    }

    @Test(arguments: ["CONFIG_LOCKED", "RUN"])
    func `whose client is killed with -9 puts its interfaces into ERROR and serves the next one`(state: String)
        async throws
    {
        try await Tool.withoutHost { tool in
            try await tool.serving { served in
                let between = try await GoBetween(to: served.endpoint, at: tool.scratch + "/between") {
                    served.states.last == state
                }
                let client = try tool.start(tool.conversion(of: served, at: between.endpoint))
                try await between.holds()
                client.signal(SIGKILL)
                #expect(try await client.ended().signal == SIGKILL)
                try await eventually { served.states.last == "ERROR" }
                let next = try await tool.convert(served)
                #expect(next.status == 0, "\(next.err)")
                #expect(next.out.hasSuffix(Self.conclusion))
                #expect(next.err.contains("\n  stop           it was left in ERROR\n"), "\(next.err)")
            }
        }
    }

    @Test func `killed with -9 before a session leaves nothing behind`() async throws {
        try await Tool.withoutHost { tool in
            try await tool.serving { served in
                let frames = Counter()
                let between = try await GoBetween(to: served.endpoint, at: tool.scratch + "/between") {
                    frames.next() > 6
                }
                let client = try tool.start(tool.conversion(of: served, at: between.endpoint))
                try await between.holds()
                served.running.signal(SIGKILL)
                let ended = try await client.ended()
                #expect(ended.status == 1, "\(ended.err)")
                #expect(ended.err.contains("the device is as it was found"), "\(ended.err)")
            }
        }
    }

    // MARK: Ctrl-C

    @Test(arguments: [SIGINT, SIGTERM])
    func `is brought home when the client is interrupted`(signal: Int32) async throws {
        try await Tool.withoutHost { tool in
            try await tool.serving { served in
                let between = try await GoBetween(to: served.endpoint, at: tool.scratch + "/between") {
                    served.states.last == "RUN"
                }
                let client = try tool.start(tool.conversion(of: served, at: between.endpoint))
                try await between.holds()
                client.signal(signal)
                try await eventually { client.err.contains("interrupted: ") }
                between.letGo()
                let ended = try await client.ended()
                #expect(ended.status == 1, "\(ended.err)")
                #expect(ended.err.contains("was interrupted after 'start'"), "\(ended.err)")
                #expect(ended.err.contains("as it was found: nothing locked, no keys, no session"), "\(ended.err)")
                #expect(!ended.out.contains("in RUN"))
                #expect(served.states == ["CONFIG_LOCKED", "RUN", "CONFIG_UNLOCKED"])
                #expect(try await tool.convert(served).status == 0)
            }
        }
    }

    @Test func `is left at once when the client is interrupted a second time`() async throws {
        try await Tool.withoutHost { tool in
            try await tool.serving { served in
                let between = try await GoBetween(to: served.endpoint, at: tool.scratch + "/between") {
                    served.states.last == "RUN"
                }
                let client = try tool.start(tool.conversion(of: served, at: between.endpoint))
                try await between.holds()
                client.signal(SIGINT)
                try await eventually { client.err.contains("interrupted: ") }
                client.signal(SIGTERM)
                #expect(try await client.ended().status == 128 + SIGTERM)
            }
        }
    }

    // MARK: Files of a conversation

    @Test func `has its secrets written into a new file that only its owner reads, with a warning`() async throws {
        try await Tool.withoutHost { tool in
            try await tool.serving { served in
                let file = tool.scratch + "/keys"
                let ended = try await tool.convert(served, "--keylog", file)
                #expect(ended.status == 0)
                #expect(ended.err.hasPrefix("tdispctl: warning: \(file) gets the session's secrets"), "\(ended.err)")
                let attributes = try FileManager.default.attributesOfItem(atPath: file)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
                let log = try String(contentsOfFile: file, encoding: .utf8)
                #expect(log.contains("\ndhe_secret "))

                // A capture replaces an older one, but not before the rest is known to be in order.
                let capture = try tool.write("an older capture", to: "older.pcap")
                let again = try await tool.convert(served, "--keylog", file, "--pcap", capture)
                #expect(again.status == 1)
                #expect(try String(contentsOfFile: capture, encoding: .utf8) == "an older capture")
                #expect(again.err.contains(file) && !again.err.contains("warning"), "\(again.err)")
                #expect(try String(contentsOfFile: file, encoding: .utf8) == log)
                #expect(served.states.count == 3, "nothing is sent the second time")
            }
        }
    }

    @Test func `has what passed recorded for Wireshark at both ends alike`() async throws {
        try await Tool.withoutHost { tool in
            let (mine, its) = (tool.scratch + "/mine.pcap", tool.scratch + "/its.pcap")
            try await tool.serving(["--pcap", its]) { served in
                #expect(try await tool.convert(served, "--pcap", mine).status == 0)
                let objects = try PacketFile(reading: mine)
                #expect(objects.linkType == 292)
                #expect(objects.packets.count > 40)
                #expect(try PacketFile(reading: its) == objects)
            }
        }
    }

    @Test(arguments: ["--pcap", "--keylog"])
    func `is not connected to when a file cannot be written`(option: String) async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.run("convert", Demo.pf, "--endpoint", Self.nowhere, option, "/nowhere/file")
            #expect(ended.status == 1)
            #expect(ended.err.contains("cannot write /nowhere/file: no such file or directory"), "\(ended.err)")
        }
    }

    // MARK: Arguments

    @Test(arguments: [
        (Int32(4), ["--trust", "/nowhere.pem"], "cannot read /nowhere.pem: no such file or directory"),
        (1, ["--trust", "/tmp"], "cannot read /tmp: is a directory"),
        (2, ["--trust", "/etc/passwd"], "PEM or DER"), (2, ["--trust", "sha384:12"], "96 hexadecimal digits"),
        (2, ["--allow-deviation", "anything"], "weak-algorithms"), (2, ["--pci-name", "nobody"], "name of a device"),
        (2, ["--domain", "web1"], "no domain"), (2, ["--plan"], "nothing to plan"), (2, [Demo.vf], "one device"),
    ])
    func `is not connected to when an argument is wrong, and no file is made`(
        status: Int32, arguments: [String], word: String
    ) async throws {
        try await Tool.withoutHost { tool in
            let log = tool.scratch + "/keys"
            let call = ["convert", Demo.pf, "--endpoint", Self.nowhere, "--keylog", log] + arguments
            let ended = try await tool.start(call).ended()
            #expect(ended.status == status, "\(ended.err)")
            #expect(ended.err.contains(word), "\(ended.err)")
            #expect(!FileManager.default.fileExists(atPath: log))
        }
    }

    @Test(arguments: [
        ["--trust", unknownRoot], ["--allow-deviation", "unknown-root"], ["--port", "1"], ["--probe"],
        ["--pcap", "/tmp/never"], ["--keylog", "/tmp/never"], ["--public-key", "/tmp/never"], ["--psk", "/tmp/never"],
        ["--key", "/tmp/never"], ["--time-limit", "5"],
    ])
    func `has options that mean nothing without --endpoint`(arguments: [String]) async throws {
        try await Tool.withoutHost { tool in
            for call in [["convert", Demo.vf, "--domain", "web1"], ["attest", Demo.pf]] {
                let ended = try await tool.start(call + arguments).ended()
                #expect(ended.status == 2)
                #expect(ended.err.contains("--endpoint"), "\(ended.err)")
            }
        }
    }

    @Test(arguments: [["--keylog", "/tmp/never"], ["--port", "1"], ["--probe"]])
    func `is attested without options of a session`(arguments: [String]) async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.start(["attest", Demo.pf, "--endpoint", Self.nowhere] + arguments).ended()
            #expect(ended.status == 2)
            #expect(ended.err.contains("attest opens no session"), "\(ended.err)")
        }
    }
}
