import Assignment
import AssignmentService
import Attestation
import Emulator
import Foundation
import Journal
import OpenSSLCrypto
import PCIe

/// Whole conversions on emulated hosts: real messages, real verdict, one owner per DSM.
enum ConversionBenchmark {
    static func figures(in directory: String) async throws -> [Figure] {
        let hash = try shaOfNothing()
        _ = try await convert(devices: 100, VolatileJournal())
        let one = try await fastest(of: 50, devices: 1)
        let hundred = try await fastest(of: 5, devices: 100)
        let thousand = try await fastest(of: 3, devices: 1000)
        var figures = [(1, one), (100, hundred)].map { count, time in
            Figure(
                group: "conversion", name: "time per device, \(count) in turn", value: time, unit: .microseconds,
                reference: Reference("hashing 1 MiB (SHA-384)", hash, of: time))
        }
        figures += [
            Figure(
                group: "conversion", name: "time per device, 1000 in turn", value: thousand, unit: .microseconds,
                target: .atMost(1.2 * one, thousand), reference: Reference("one device", one, of: thousand)),
            try await sideBySide(devices: 1000, inTurn: thousand),
        ]
        return try await figures + DurableConversions.figures(in: directory)
    }

    // MARK: Time

    /// Microseconds per device of the fastest of several runs, each on a new host.
    private static func fastest(of runs: Int, devices: Int) async throws -> Double {
        var fastest = Double.infinity
        for _ in 0..<runs { fastest = min(fastest, try await convert(devices: devices, VolatileJournal())) }
        return fastest
    }

    /// Converts every device of a new host, one after the other; gives microseconds per device.
    static func convert(devices: Int, _ journal: any AssignmentJournal) async throws -> Double {
        let bed = try TestBed(devices: devices, journal)
        let clock = ContinuousClock()
        let start = clock.now
        for index in 0..<devices { try await bed.convert(index) }
        return start.duration(to: clock.now).nanoseconds / Double(devices) / 1000
    }

    private static func sideBySide(devices: Int, inTurn: Double) async throws -> Figure {
        let bed = try TestBed(devices: devices, VolatileJournal())
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<devices { group.addTask { try await bed.convert(index) } }
            try await group.waitForAll()
        }
        let time = start.duration(to: clock.now).nanoseconds / Double(devices) / 1000
        return Figure(
            group: "conversion", name: "time per device, \(devices) side by side", value: time, unit: .microseconds,
            reference: Reference("in turn", inTurn, of: time))
    }

    /// Hashing 1 MiB, microseconds.
    private static func shaOfNothing() throws -> Double {
        let bytes = [UInt8](repeating: 0, count: 1 << 20)
        return try measure { times in
            for _ in 0..<times { blackHole(try HashAlgorithm.sha384.digest(of: bytes.span)) }
        }.nanoseconds / 1000
    }

    // MARK: Memory

    /// What a device takes in RAM: emulated, and owned and private besides.
    static func memory(devices: Int) async throws -> [Figure] {
        let before = try ResidentMemory.bytes()
        let bed = try TestBed(devices: devices, VolatileJournal())
        let built = try ResidentMemory.bytes()
        for index in 0..<devices { try await bed.convert(index) }
        let converted = try ResidentMemory.bytes()
        func perDevice(_ bytes: Int) -> Double { Double(bytes) / 1024 / Double(devices) }
        let whole = perDevice(converted - before)
        return [
            Figure(
                group: "conversion", name: "memory per device, \(devices) emulated and private", value: whole,
                unit: .kibibytes, target: .atMost(64, whole)),
            Figure(
                group: "conversion", name: "of that, the emulated device", value: perDevice(built - before),
                unit: .kibibytes),
            Figure(
                group: "conversion", name: "of that, its conversion: owner, journal in memory, tables",
                value: perDevice(converted - built), unit: .kibibytes),
        ]
    }
}

/// A host of devices that are all alike, and a service over it.
struct TestBed: Sendable {
    let topology: Topology
    let host: EmulatedHost
    let service: AssignmentService

    init(devices: Int, _ journal: any AssignmentJournal) throws {
        topology = .uniform(devices: devices)
        host = try EmulatedHost(topology, entropy: SeededEntropy(seed: 1), traceCapacity: 0)
        var nonces = SystemRandomNumberGenerator()
        let nonce = (0..<32).map { _ in UInt8.random(in: 0...255, using: &nonces) }
        service = try AssignmentService(
            world: World(
                platform: host, journal: journal, judge: { $0.judged(by: BuiltInVerdict()) }, nonce: { nonce },
                now: { 0 }))
    }

    func convert(_ index: Int) async throws {
        let tdi = topology.devices[index].address
        let domain = topology.domains[index / 100].id
        let result = await service.run(.convert(domain, StandingOrders()), on: tdi, dsm: tdi)
        try require(result.end == .done && result.state.phase == .private, "\(tdi) is not private: \(result.end)")
    }
}
