import PCIe
import Testing

@testable import Libvirt

@Suite struct `Domain binding` {
    private func device(
        _ address: String, phase: String = "private", epoch: UInt64 = 3, state: String? = "RUN"
    ) throws -> DomainBinding.Device {
        DomainBinding.Device(
            address: try FunctionAddress(parsing: address), phase: phase, lockEpoch: epoch, confirmedState: state)
    }

    @Test func `is written with its namespace`() throws {
        let binding = DomainBinding(
            tee: "sev-snp", devices: [try device("3b:00.1"), try device("3b:00.0", state: nil)])
        #expect(
            binding.qualifiedElement.description == """
                <tdisp:binding xmlns:tdisp="https://tdispctl.dev/xmlns/binding/1"><tdisp:tee>sev-snp</tdisp:tee>\
                <tdisp:device address="0000:3b:00.0" epoch="3" phase="private"/>\
                <tdisp:device address="0000:3b:00.1" epoch="3" phase="private" state="RUN"/></tdisp:binding>
                """)
    }

    @Test func `comes back from either form of its element`() throws {
        let binding = DomainBinding(
            tee: "<t>", devices: [try device("3b:00.1", phase: "a\"b", epoch: .max), try device("3b:00.0", state: nil)])
        #expect(try DomainBinding(binding.element) == binding)
        #expect(try DomainBinding(binding.qualifiedElement) == binding)
    }

    @Test func `holds one entry for an address, in order of the addresses`() throws {
        var binding = DomainBinding(devices: [try device("3b:00.1"), try device("02:00.0")])
        binding.record(try device("3b:00.1", phase: "failed"))
        #expect(binding.devices == [try device("02:00.0"), try device("3b:00.1", phase: "failed")])
        binding.remove(try FunctionAddress(parsing: "02:00.0"))
        binding.remove(try FunctionAddress(parsing: "3b:00.1"))
        #expect(binding.isEmpty)
    }

    @Test func `passes over what a later version adds`() throws {
        let xml =
            "<binding v='2'><new/><device address='3b:00.1' phase='p' epoch='1' more='x'><deep/></device></binding>"
        let binding = try DomainBinding(try XMLTree(parsing: xml, source: "test"))
        #expect(binding.devices == [try device("3b:00.1", phase: "p", epoch: 1, state: nil)])
    }

    @Test(arguments: [
        "<device/>", "<device address='x' phase='p' epoch='1'/>", "<device address='3b:00.1' epoch='1'/>",
        "<device address='3b:00.1' phase='p'/>", "<device address='3b:00.1' phase='p' epoch='-1'/>",
        "<device address='3b:00.1' phase='p' epoch='18446744073709551616'/>",
    ]) func `with a device that cannot be read is an error`(device: String) throws {
        let tree = try XMLTree(parsing: "<binding>\(device)</binding>", source: "test")
        let error = try #require(throws: LibvirtError.self) { try DomainBinding(tree) }
        #expect(error.code == .xmlError)
    }
}
