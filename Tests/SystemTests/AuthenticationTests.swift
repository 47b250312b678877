import Testing

/// Devices say who they are when they appear, before anyone converts them.
@Suite struct `A device that appears` {
    static let (expired, good, mute) = ("0000:3b:00.0", "0000:3c:00.0", "0000:3d:00.0")

    @Test func `is listed as authenticated, refused, or one that cannot say who it is`() async throws {
        try await Tool.with(topology: Topologies.expiredCertificate) { tool in
            let lines = try await tool.succeed("list").out.split(separator: "\n").map { $0.split(separator: " ") }
            let column = try #require(lines.first?.firstIndex(of: "AUTHENTICATED"))
            // HOST DRIVER is two words in the header, and one below it.
            let found = lines.dropFirst().map { [String($0[0]), String($0[column - 1])] }
            #expect(found == [[Self.expired, "refused"], [Self.good, "authenticated"], [Self.mute, "cannot"]])

            let refused = try await tool.listed(Self.expired)["confirmed"]["authentication"]
            #expect(refused["status"] == "refused")
            #expect(refused["reason"].string?.contains("certificate 2, notAfter") == true)
            let authenticated = try await tool.listed(Self.good)["confirmed"]["authentication"]
            #expect(authenticated["status"] == "authenticated" && authenticated["serial"] == "GOOD-1")
            #expect(authenticated["root"] == "Example Device CA" && authenticated["reason"] == .null)
            #expect(try await tool.listed(Self.mute)["confirmed"]["authentication"]["status"] == "cannot")
        }
    }

    @Test(arguments: [
        (expired, "not authenticated: GET_CERTIFICATE: not trusted: certificate 2, notAfter: certificate has expired"),
        (good, "authenticated: serial GOOD-1, issued under Example Device CA (any root is taken)"),
        (mute, "not authenticated: it does not speak SPDM"),
    ])
    func `is shown with who it is, or why that is not known, once`(device: String, identity: String) async throws {
        try await Tool.with(topology: Topologies.expiredCertificate) { tool in
            let lines = try await tool.succeed("show", device).out.split(separator: "\n")
            #expect(lines.contains("  identity   \(identity)"))
            #expect(lines.count { $0.contains(identity) } == 1)
        }
    }

    @Test func `with an expired certificate is not converted, which names it, and serves the host as before`()
        async throws
    {
        try await Tool.with(topology: Topologies.expiredCertificate) { tool in
            let found = try await tool.traces(of: Self.expired)
            #expect(found.driver == "accel")
            let ended = try await tool.run("convert", Self.expired, "--domain", "web1")
            #expect(ended.status == 6)
            #expect(ended.err.contains("certificate 2, notAfter: certificate has expired"), "\(ended.err)")
            #expect(try await tool.traces(of: Self.expired) == found)
            #expect(try await tool.json("history").items.array.isEmpty)

            try await tool.succeed("convert", Self.good, "--domain", "web1")
            #expect(try await tool.listed(Self.good)["recorded"]["phase"] == "private")
        }
    }
}
