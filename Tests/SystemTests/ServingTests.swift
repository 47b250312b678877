import Foundation
import Testing

/// `emulate --listen`: what it refuses to serve, and to serve at.
@Suite struct `Serving a device` {
    static let hasOpenSSL = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    @Test(arguments: [true, false])
    func `where somebody listens already is refused by name, and disturbs nobody`(isTCP: Bool) async throws {
        try await Tool.withoutHost { tool in
            let address = isTCP ? "127.0.0.1:0" : "spdm-emu+unix://\(tool.scratch)/device"
            try await tool.serving(at: address) { served in
                let ended = try await tool.run("emulate", "--listen", served.endpoint)
                #expect(ended.status == 1)
                #expect(ended.err.contains("no device is served at \(served.endpoint)"), "\(ended.err)")
                #expect(try await tool.convert(served).status == 0)
            }
        }
    }

    @Test(arguments: [
        (Int32(2), ["--certificates", "/nowhere"], "--certificates needs --key"),
        (4, ["--key", "/nowhere"], "cannot read /nowhere: no such file or directory"),
        (4, ["--certificates", "/nowhere", "--key", "/nowhere"], "cannot read /nowhere: no such file or directory"),
        (2, ["--certificates", "/etc/passwd", "--key", "/etc/passwd"], "give a PEM or DER file of certificates"),
        (4, ["--device", "0000:99:00.0"], "0000:99:00.0"), (4, ["--device", Demo.network], "has no TDISP"),
        (2, ["--topology", "/nowhere.yaml"], "/nowhere.yaml"), (1, ["--pcap", "/nowhere/file"], "/nowhere/file"),
    ])
    func `with arguments that do not fit is refused by name`(
        status: Int32, arguments: [String], word: String
    ) async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.start(["emulate", "--listen", "127.0.0.1:0"] + arguments).ended()
            #expect(ended.status == status, "\(ended.err)")
            #expect(ended.err.contains(word), "\(ended.err)")
        }
    }

    @Test(.enabled(if: hasOpenSSL))
    func `with certificates that do not fit the key is refused by name`() async throws {
        try await Tool.withoutHost { tool in
            let made = try await tool.shell(
                """
                key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -outform DER -out $1; }
                key own.key && key other.key
                openssl req -x509 -key own.key -keyform DER -subj /CN=own -outform DER -out own.crt
                """)
            try #require(made.status == 0, "\(made.err)")
            let (certificate, key) = (tool.scratch + "/own.crt", tool.scratch + "/other.key")
            let ended = try await tool.run(
                "emulate", "--listen", "127.0.0.1:0", "--certificates", certificate, "--key", key)
            #expect(ended.status == 2)
            #expect(ended.err.contains("\(certificate) and \(key) are no identity"), "\(ended.err)")
        }
    }

    @Test func `without saying where is wrong usage, and without anything shows the help`() async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.run("emulate", "--topology", "demo")
            #expect(ended.status == 2)
            #expect(ended.err.contains("emulate start") && ended.err.contains("--listen"), "\(ended.err)")
            let help = try await tool.run("emulate")
            #expect(help.status == 0)
            #expect(help.out.contains("tdispctl emulate --listen <address>"), "\(help.out)")
        }
    }
}
