import Assignment
import AssignmentService
import Attestation
import Emulator
import Foundation
import Glibc
import Journal
import PCIe
import Synchronization

/// What of a conversion is the manager's own: everything but the platform, with the journal on disk, one commit for each step.
enum ManagerShare {
    private static let conversions = 200

    static func figures(in directory: String) async throws -> [Figure] {
        let place = directory + "/tdisp-share-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: place) }
        let journal = try Journal.open(
            try await JournalLock.acquire(in: StateDirectory(at: place), command: "bench", at: 0))
        let before = try rawSyncs(in: place)
        let (shares, commits) = try await convert(journal)
        let sync = try Distribution(before + (try rawSyncs(in: place))).median
        try journal.close()
        let share = try Distribution(shares)
        let floor = Double(commits) * sync
        return [
            Figure(
                group: "conversion", name: "manager's own share, journal on disk, \(commits) commits, median",
                value: share.median, unit: .milliseconds, target: .atMost(1.5 * floor, share.median),
                reference: Reference("as many raw fdatasync", floor, of: share.median)),
            Figure(
                group: "conversion", name: "the same, p99", value: share.quantile(0.99), unit: .milliseconds,
                target: .atMost(10, share.quantile(0.99))),
        ]
    }

    /// Milliseconds of each conversion that were not spent in the platform, and how many commits one makes.
    private static func convert(_ journal: Journal) async throws -> (shares: [Double], commits: Int) {
        let topology = Topology.uniform(devices: conversions)
        let platform = TimedPlatform(
            try EmulatedHost(topology, entropy: SeededEntropy(seed: 1), traceCapacity: 0))
        let service = try AssignmentService(
            world: World(
                platform: platform, journal: journal, judge: { $0.judged(by: BuiltInVerdict()) },
                nonce: { [UInt8](repeating: 7, count: 32) }, now: { 0 }))
        var shares: [Double] = []
        for (index, device) in topology.devices.enumerated() {
            let (start, inside) = (TimeSource.wall.now, platform.inside)
            let result = await service.run(
                .convert(topology.domains[index / 100].id, StandingOrders()), on: device.address, dsm: device.address)
            let whole = TimeSource.wall.now - start
            try require(result.state.phase == .private, "\(device.address) is not private: \(result.end)")
            shares.append((whole - (platform.inside - inside)) / 1e6)
        }
        return (shares, try journal.history().count / conversions)
    }

    /// Milliseconds of single appends of a page and fdatasync, on the disk that holds the journal.
    private static func rawSyncs(in place: String) throws -> [Double] {
        let path = place + "/raw"
        try require(FileManager.default.createFile(atPath: path, contents: nil), "cannot create \(path)")
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        defer { try? file.close() }
        let page = Data(repeating: 0x5A, count: 4096)
        return try (0..<200).map { _ in
            let start = TimeSource.wall.now
            try file.write(contentsOf: page)
            try require(fdatasync(file.fileDescriptor) == 0, "fdatasync")
            return (TimeSource.wall.now - start) / 1e6
        }
    }
}
