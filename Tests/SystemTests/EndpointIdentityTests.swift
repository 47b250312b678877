import Foundation
import Testing

/// Who is at the two ends of a conversation, and how they prove it to each other: certificates, keys known beforehand,
/// shared keys.
@Suite struct `The ends of a conversation` {
    static let mutual = ": encrypted, both ends authenticated\n"

    // MARK: The client

    @Test func `a device that wants a client certificate takes the right one and no session without`() async throws {
        try await Tool.withoutHost { tool in
            let files = try ClientFiles(in: tool)
            try await tool.serving(["--require-client-certificate", "--trust", files.root]) { served in
                let nobody = try await tool.convert(served)
                #expect(nobody.status == 1, "\(nobody.err)")
                #expect(
                    nobody.err.contains("KEY_EXCHANGE: refused with ERROR InvalidPolicy (11h)"), "\(nobody.err)")
                #expect(nobody.err.contains("--certificates and --key"), "\(nobody.err)")
                #expect(served.states.isEmpty)

                let known = try await tool.convert(served, "--certificates", files.chain, "--key", files.key)
                #expect(known.status == 0, "\(known.err)")
                #expect(known.out.contains(Self.mutual), "\(known.out)")
                #expect(!known.err.contains("warning"), "\(known.err)")
            }
        }
    }

    @Test func `a client under another root gets no session, and the device is as it was`() async throws {
        try await Tool.withoutHost { tool in
            let files = try ClientFiles(in: tool)
            let other = "sha384:" + String(repeating: "00", count: 48)
            try await tool.serving(["--require-client-certificate", "--trust", other]) { served in
                let ended = try await tool.convert(served, "--certificates", files.chain, "--key", files.key)
                #expect(ended.status == 1, "\(ended.err)")
                #expect(ended.err.contains("failed at 'open-session'"), "\(ended.err)")
                #expect(served.states.isEmpty)
                try await eventually { served.running.err.contains("\nrefused a client: certificate 0, ") }
            }
        }
    }

    @Test func `a client is known by its key where the device has it`() async throws {
        try await Tool.withoutHost { tool in
            let files = try ClientFiles(in: tool)
            try await tool.serving(["--public-key", files.publicKey]) { served in
                #expect(try await tool.convert(served).status == 1)
                #expect(try await tool.convert(served, "--key", files.otherKey).status == 1)
                let refusal = "\nrefused a client: FINISH is not signed with its key\n"
                try await eventually { served.running.err.contains(refusal) }
                #expect(try await tool.convert(served, "--certificates", files.chain, "--key", files.key).status == 1)
                let known = try await tool.convert(served, "--key", files.key)
                #expect(known.status == 0, "\(known.err)")
                #expect(known.out.contains(Self.mutual), "\(known.out)")
            }
        }
    }

    // MARK: The device

    @Test func `a device without certificates is known by its key, and by no other`() async throws {
        try await Tool.withoutHost { tool in
            let files = try ClientFiles(in: tool)
            try await tool.serving(["--key", files.key]) { served in
                let call = ["convert", Demo.pf, "--endpoint", served.endpoint]
                let unnamed = try await tool.start(call).ended()
                #expect(unnamed.status == 6, "\(unnamed.err)")
                #expect(unnamed.err.contains("--public-key"), "\(unnamed.err)")

                let known = try await tool.start(call + ["--public-key", files.publicKey]).ended()
                #expect(known.status == 0, "\(known.err)")
                #expect(known.out.contains("\nidentity: the key that was provisioned\nkey: sha384:"), "\(known.out)")

                let attested = try await tool.run(
                    "attest", Demo.pf, "--endpoint", served.endpoint, "--public-key", files.publicKey)
                #expect(attested.out.contains("\nmeasurements: 3, signed\n"), "\(attested.err)")
            }
        }
    }

    @Test func `a device whose chain is about another key than the one named is refused`() async throws {
        try await Tool.withoutHost { tool in
            let files = try ClientFiles(in: tool)
            try await tool.serving { served in
                let ended = try await tool.convert(served, "--public-key", files.publicKey)
                #expect(ended.status == 6, "\(ended.err)")
                #expect(ended.err.contains("another key"), "\(ended.err)")
            }
        }
    }

    // MARK: Shared keys

    @Test func `ends that share a key open a session with it, and it says that nothing else says who the device is`()
        async throws
    {
        try await Tool.withoutHost { tool in
            let files = try ClientFiles(in: tool)
            try await tool.serving(["--psk", files.psk, "--psk-hint", "lab"]) { served in
                let call = ["convert", Demo.pf, "--endpoint", served.endpoint, "--psk", files.psk]
                for hint in ["lab", "hex:6c6162"] {
                    let ended = try await tool.start(call + ["--psk-hint", hint]).ended()
                    #expect(ended.status == 0, "\(ended.err)")
                    #expect(ended.out.contains(": encrypted, by a pre-shared key\n"), "\(ended.out)")
                    #expect(ended.out.contains("\nmeasurements: 3, not signed\n"), "\(ended.out)")
                    #expect(ended.out.contains("\nnot checked: who the device is"), "\(ended.out)")
                }
                let certified = try await tool.convert(served, "--psk", files.psk, "--psk-hint", "lab")
                #expect(certified.out.contains("\nidentity: serial ACC-0001"), "\(certified.err)")
                #expect(certified.out.contains("\nmeasurements: 3, signed\n"), "\(certified.out)")

                let view = try await tool.start(call + ["--psk-hint", "lab", "--output", "json"]).ended().items[0]
                #expect(view["sessionKey"] == "pre-shared-key")
                #expect(view["isMutual"] == false)
            }
        }
    }

    @Test(arguments: [(false, "lab", 6, "the verify data do not agree"), (true, "other", 1, "refused")])
    func `ends that share no key, or call it differently, open no session`(
        isShared: Bool, hint: String, status: Int32, word: String
    ) async throws {
        try await Tool.withoutHost { tool in
            let files = try ClientFiles(in: tool)
            try await tool.serving(["--psk", files.psk, "--psk-hint", "lab"]) { served in
                let ended = try await tool.convert(
                    served, "--psk", isShared ? files.psk : files.otherPSK, "--psk-hint", hint)
                #expect(ended.status == status, "\(ended.err)")
                #expect(ended.err.contains(word), "\(ended.err)")
                #expect(served.states.isEmpty)
            }
        }
    }

    // MARK: Files

    @Test(arguments: [Int16(0o644), 0o640, 0o604]) func `a secret that others can use is warned about`(mode: Int16)
        async throws
    {
        try await Tool.withoutHost { tool in
            let files = try ClientFiles(in: tool)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: files.psk)
            let call = ["convert", Demo.pf, "--endpoint", `A device at an endpoint`.nowhere, "--psk", files.psk]
            let ended = try await tool.start(call).ended()
            #expect(ended.err.hasPrefix("tdispctl: warning: others can use the secret in \(files.psk)"), "\(ended.err)")
        }
    }

    @Test func `files that are not what they should be are named, and nobody is connected to`() async throws {
        try await Tool.withoutHost { tool in
            let files = try ClientFiles(in: tool)
            let empty = try tool.write("", to: "empty")
            let call = ["convert", Demo.pf, "--endpoint", `A device at an endpoint`.nowhere]
            let cases: [([String], String)] = [
                (["--key", files.chain], "\(files.chain) is no key"),
                (["--key", empty], "\(empty) is no key"),
                (["--certificates", files.chain, "--key", files.psk], "\(files.psk) is no key"),
                (["--certificates", files.root, "--key", files.key], "are no identity"),
                (["--public-key", files.key], "\(files.key) is no public key"),
                (["--psk", empty], "\(empty) is empty"),
            ]
            for (arguments, words) in cases {
                let ended = try await tool.start(call + arguments).ended()
                #expect(ended.status == 2, "\(arguments): \(ended.err)")
                #expect(ended.err.contains(words), "\(ended.err)")
            }
        }
    }

    @Test(arguments: [
        ["convert", Demo.pf, "--endpoint", `A device at an endpoint`.nowhere, "--certificates", "/c"],
        ["convert", Demo.pf, "--endpoint", `A device at an endpoint`.nowhere, "--psk-hint", "lab"],
        ["convert", Demo.pf, "--endpoint", `A device at an endpoint`.nowhere, "--psk", "/p", "--psk-hint", "hex:1"],
        ["attest", Demo.pf, "--endpoint", `A device at an endpoint`.nowhere, "--psk", "/p"],
        ["attest", Demo.pf, "--endpoint", `A device at an endpoint`.nowhere, "--key", "/k"],
        ["emulate", "--listen", "127.0.0.1:0", "--certificates", "/c"],
        ["emulate", "--listen", "127.0.0.1:0", "--psk-hint", "lab"],
        ["emulate", "--listen", "127.0.0.1:0", "--require-client-certificate"],
        ["emulate", "--listen", "127.0.0.1:0", "--trust", "/t"],
        ["emulate", "--listen", "127.0.0.1:0", "--require-client-certificate", "--trust", "/t", "--public-key", "/k"],
    ])
    func `options that lack another one, or exclude it, are wrong usage`(arguments: [String]) async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.start(arguments).ended()
            #expect(ended.status == 2, "\(ended.err)")
        }
    }
}
