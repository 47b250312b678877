import Assignment
import Emulator
import Foundation
import PCIe
import StrictYAML
import Testing

@Suite struct TopologyTests {
    @Test func `the demo topology is the file that ships`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "Scenarios/topologies/demo.yaml")
        #expect(try String(contentsOf: file, encoding: .utf8) == Topology.demoText)
        #expect(try Topology(contentsOfFile: file.path) == Topology.demo())
    }

    @Test func `the demo topology has what its description promises`() throws {
        let topology = try Topology.demo()
        #expect(topology.bridges.map(\.name) == ["pci0000:3a"])
        #expect(topology.devices.map(\.name) == ["accelerator", "nvme", "network"])
        #expect(topology.devices[0].functions.map(\.description) == ["0000:3b:00.0", "0000:3b:00.1", "0000:3b:00.2"])
        #expect(!topology.devices[2].features.contains(.teeIO))
        #expect(topology.domains.map(\.name) == ["web1", "db1", "plain1", "off1"])
        #expect(topology.domains.map(\.isRunning) == [true, true, true, false])
        #expect(topology.domains[2].tee == nil)
    }

    @Test func `a short topology gets sensible defaults`() throws {
        let topology = try Topology(
            parsing: """
                version: 1
                name: short
                bridges: [{name: pci0000:00}]
                devices: [{name: card, address: 01:00.0}]
                """, file: "short.yaml")
        let device = try #require(topology.devices.first)
        #expect(device.rootPort.description == "0000:00:01.0")
        #expect(device.features == Topology.Device.Feature.standard)
        #expect(device.memoryRanges.count == 1)
        #expect(device.memoryRanges[0].address != nil)
        #expect(device.identity.serial == "card-0000:01:00.0")
        #expect(device.workload == Topology.Workload())
        #expect(topology.domains.isEmpty)
        #expect(topology.bridges[0].ideStreams == 16)
    }

    @Test func `root ports and memory are given out without overlap`() throws {
        let topology = try Topology(
            parsing: """
                version: 1
                name: two
                bridges: [{name: pci0000:00}]
                devices:
                  - {name: a, address: 01:00.0, memory: [1MiB, 64KiB], vfs: {total: 8}}
                  - {name: b, address: 02:00.0, memory: [16MiB]}
                """, file: "two.yaml")
        #expect(topology.devices.map(\.rootPort.description) == ["0000:00:01.0", "0000:00:02.0"])
        let ranges = topology.devices.flatMap { device in
            device.memoryRanges.map { $0.address.map { base in base..<base + device.memoryRanges[0].size } }
        }
        #expect(!ranges.contains(nil))
        let b = try #require(topology.devices[1].memoryRanges[0].address)
        #expect(b.isMultiple(of: 16 << 20))
        let virtual = try #require(topology.devices[0].virtualMemory)
        #expect(virtual + 8 * 64 << 10 <= b || b + 16 << 20 <= virtual)
    }

    /// All but the last digit of a UUID.
    static let uuid = "3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b000"

    /// A file with one mistake, where it is, and a word of the message.
    struct Mistake: CustomTestStringConvertible {
        let text: String
        let line: Int
        let column: Int
        let words: String
        var testDescription: String { words }

        /// A file with these devices and domains.
        init(devices: String = "[]", domains: String? = nil, _ line: Int, _ column: Int, _ words: String) {
            text = """
                version: 1
                name: wrong
                bridges: [{name: pci0000:10, ide-streams: 2}]
                devices: \(devices)\(domains.map { "\ndomains: \($0)" } ?? "")
                """
            (self.line, self.column, self.words) = (line, column, words)
        }

        /// A file with one device that has these keys as well.
        init(device: String, _ line: Int, _ column: Int, _ words: String) {
            self.init(devices: "[{name: a, address: 0000:11:00.0, \(device)}]", line, column, words)
        }

        /// A file with one domain that has these keys as well.
        init(domain: String, _ line: Int, _ column: Int, _ words: String) {
            self.init(domains: "[{name: d, uuid: \(TopologyTests.uuid)1, \(domain)}]", line, column, words)
        }

        init(text: String, _ line: Int, _ column: Int, _ words: String) {
            (self.text, self.line, self.column, self.words) = (text, line, column, words)
        }
    }

    static let mistakes = [
        Mistake(text: "version: 2\nname: x\nbridges: []\ndevices: []", 1, 10, "this program reads version 1, not 2"),
        Mistake(text: "version: 1\nname: x\ndevices: []", 1, 1, "missing key 'bridges'"),
        Mistake(text: "version: 1\nname: x\nbridges: [{name: root}]\ndevices: []", 3, 18, "pci0000:3a"),
        Mistake(
            text: "version: 1\nname: x\nbridges: [{name: pci0000:10}, {name: pci0000:10}]\ndevices: []", 3, 38,
            "already there"),
        Mistake(domain: "tee: banana", 5, 70, "sev-snp, tdx, cca, cove, none"),
        Mistake(device: "colour: red", 4, 44, "unknown key 'colour'"),
        Mistake(devices: "[{name: a, address: nowhere}]", 4, 30, "is not a PCI address"),
        Mistake(devices: "[{name: a, address: 0000:11:00.1}]", 4, 30, "is not function 0"),
        Mistake(devices: "[{name: a, address: 0000:0f:00.0}]", 4, 30, "has a bus below"),
        Mistake(
            device: "bridge: pci0000:20", 4, 52, "unknown bridge 'pci0000:20'"),
        Mistake(
            devices: "[{name: a, address: 0001:11:00.0, bridge: pci0000:10}]", 4, 52, "cannot be under pci0000:10"),
        Mistake(
            device: "root-port: 0000:20:01.0", 4, 55, "is not on pci0000:10"),
        Mistake(
            devices: "[{name: a, address: 0000:11:00.0}, {name: b, address: 0000:11:00.0}]", 4, 64, "is used twice"),
        Mistake(
            devices: "[{name: a, address: 0000:11:00.0}, {name: a, address: 0000:12:00.0}]", 4, 52, "is already there"),
        Mistake(
            text: "version: 1\nname: x\nplatform: vax\nbridges: []\ndevices: []", 3, 11,
            "no platform profile 'vax'; there are sev-tio, tdx-connect"),
        Mistake(
            text: "version: 1\nname: x\nplatform: tdx-connect/unified\nbridges: []\ndevices: []", 3, 11,
            "is impossible: no trusted vIOMMU is known of it"),
        Mistake(
            domains: "\n"
                + (0...16).map {
                    "  - {name: d\($0), uuid: 3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b00\(10 + $0), memory: 4GiB}"
                }
                .joined(separator: "\n"),
            22, 5, "with domain 'd16' the domains have 69632 MiB of memory; there is room for 65536 MiB in all"),
        Mistake(
            devices:
                "[{name: a, address: 11:00.0, root-port: 10:01.0},\n {name: b, address: 12:00.0, root-port: 10:01.0}]",
            5, 41, "is used twice"),
        Mistake(
            device: "functions: 4, vfs: {total: 2, offset: 2}", 4, 30,
            "is used twice"),
        Mistake(
            devices: "[{name: a, address: 0000:ff:00.0, vfs: {total: 256, offset: 0x40}}]", 4, 30, "behind the last bus"
        ),
        Mistake(
            device: "memory: [{size: 64KiB, address: 0x1000}]", 4, 30,
            "not aligned"),
        Mistake(
            device: "memory: [{size: 64KiB, address: 0x10000}, {size: 64KiB, address: 0x10000}]",
            4, 30, "overlaps that of a"),
        Mistake(device: "memory: [{size: 64KiB, address: 0xFFFFFFFFFFFE0000}, 1MiB]", 4, 30, "wraps"),
        Mistake(device: "memory: [{size: 64KiB, address: 0xFFFFFFFFFFFE0000}], vfs: {total: 4}", 4, 30, "no room left"),
        Mistake(device: "memory: [5KiB]", 4, 53, "power of two"),
        Mistake(
            device: "vfs: {total: 2, enabled: 3}", 4, 69, "not between 0 and 2"),
        Mistake(device: "features: [tee-io]", 4, 54, "tee-io needs doe and ide"),
        Mistake(device: "features: [flrr]", 4, 55, "did you mean 'flr'?"),
        Mistake(
            device: "flaws: [overlapping-memory]", 4, 30, "two memory ranges"),
        Mistake(device: "workload: {size: 8KiB}", 4, 61, "1 byte to 4KiB"),
        Mistake(device: "identity: {serial: s, root: ''}", 4, 72, "1 to 64 bytes"),
        Mistake(device: "dsm: {key-period: 5}", 4, 62, "needs heartbeat-period"),
        Mistake(domains: "[{name: d, uuid: none}]", 5, 27, "expected a UUID"),
        Mistake(
            domains: "[{name: d, uuid: \(uuid)1},\n {name: d, uuid: \(uuid)2}]",
            6, 9, "domain 'd' is already there"),
        Mistake(
            domains: "[{name: d, uuid: \(uuid)1},\n {name: e, uuid: \(uuid)1}]",
            6, 18, "is used twice"),
        Mistake(
            domain: "memory: 1000", 5, 73, "whole pages"),
        Mistake(
            domain: "tee: sgx", 5, 70, "expected one of"),
        Mistake(
            domain: "memory: 1MiB, shared: [{from: 0, size: 2MiB}]",
            5, 88, "inside the domain's memory"),
        Mistake(
            domain: "shared: [{from: 0, size: 8KiB}, {from: 4KiB, size: 4KiB}]",
            5, 97, "overlaps another range"),
    ]

    @Test(arguments: mistakes) func `a mistake is refused where it stands`(_ mistake: Mistake) throws {
        let error = try #require(throws: YAMLError.self) {
            try Topology(parsing: mistake.text, file: "wrong.yaml")
        }
        #expect(error.position == YAMLPosition(file: "wrong.yaml", line: mistake.line, column: mistake.column))
        #expect(error.message.contains(mistake.words), "\(error.message)")
    }

    @Test func `overlapping memory is let in when the file declares it`() throws {
        let topology = try Topology(
            parsing: """
                version: 1
                name: flawed
                bridges: [{name: pci0000:00}]
                devices: [{name: a, address: 01:00.0, memory: [64KiB, 64KiB], flaws: [overlapping-memory]}]
                """, file: "flawed.yaml")
        #expect(topology.devices[0].memoryRanges[0].address == topology.devices[0].memoryRanges[1].address)
        #expect(try !TestHost(topology).facts(address("0000:01:00.0")).addressesDisjoint)
    }

    @Test func `a uniform topology has as many devices as asked for, each with its own address`() {
        let topology = Topology.uniform(devices: 450)
        #expect(topology.devices.count == 450)
        #expect(Set(topology.devices.map(\.address)).count == 450)
        #expect(Set(topology.devices.map(\.rootPort)).count == 450)
        #expect(topology.devices.map(\.address) == topology.devices.map(\.address).sorted())
        #expect(topology.domains.count == 5)
    }
}
