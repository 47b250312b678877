import Testing

/// A machine on which libvirt's library cannot be loaded.
@Suite struct `Without libvirt` {
    @Test func `what needs no domain works, and what needs one says which library is missing`() async throws {
        try await Tool.withoutHost { tool in
            // The loader looks here first, and this is no library.
            _ = try tool.write("", to: "libvirt.so.0")
            let tool = tool.with("LD_LIBRARY_PATH", tool.scratch)
            try await tool.succeed("doctor", "--rules")
            let doctor = try await tool.run("doctor")
            #expect(doctor.status == 7)
            #expect(doctor.out.contains("/libvirt.so.0: "), "\(doctor.out)")
            let start = try await tool.run("emulate", "start", "--topology", "demo")
            #expect(start.status == 8)
            #expect(start.err.contains("/libvirt.so.0: "), "\(start.err)")
        }
    }
}
