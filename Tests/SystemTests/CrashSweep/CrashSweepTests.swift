import Foundation
import Testing

/// `scripts/crash-sweep` is this suite with more of it.
@Suite struct `A manager that ends anywhere` {
    @Test func `leaves nothing that the next one cannot bring to rest`() async throws {
        let settings = CrashSweep.Settings(environment: ProcessInfo.processInfo.environment)
        let report = try await CrashSweep.with(settings) { try await $0.run() }
        print(report)
        #expect(report.points > 0)
        // A message more or less on the way moves the moments after it; a shim that ends nobody is seen here.
        #expect(report.reached * 20 >= report.results.count * 19)
        #expect(report.results.filter { !$0.complaints.isEmpty }.map(\.run.name) == [])
    }

    /// SQLite says nothing of a log that it could not bring into the file when that is closed.
    @Test func `leaves a whole journal or none where the disk is full while it is created`() async throws {
        var settings = CrashSweep.Settings(environment: [
            "TDISPCTL_CRASH_SWEEP": "all", "TDISPCTL_CRASH_HOW": "full",
            "TDISPCTL_CRASH_SCENARIOS": Project.path + "/Scenarios/convert/from-host.yaml",
        ])
        settings.place = "journal.sqlite.new"
        let report = try await CrashSweep.with(settings) { try await $0.run() }
        #expect(report.reached > 5 && report.reached == report.results.count)
        #expect(report.results.filter { !$0.complaints.isEmpty }.map(\.run.name) == [])
    }
}
