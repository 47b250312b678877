import Attestation
import Testing

@testable import Emulator

/// What a device has to be again behind its reset.
@Suite struct KnownIdentityTests {
    private static func identity(
        root: UInt8 = 1, leaf: UInt8 = 2, serial: String = "SN-1", _ measurements: [UInt8: UInt8] = [1: 10, 4: 40],
        boot: UInt32 = 0
    ) -> KnownIdentity {
        KnownIdentity(
            rootDigest: [root], leafDigest: [leaf], serial: serial,
            measurements: measurements.sorted { $0.key < $1.key }.map { Measurement(index: $0, type: 1, value: [$1]) },
            boot: boot)
    }

    private static func changes(to found: KnownIdentity, ofBoot: UInt8 = 4) -> [String] {
        identity().changes(to: found, ofBoot: ofBoot)
    }

    @Test func `each part that is another one is named`() {
        #expect(Self.changes(to: Self.identity()) == [])
        #expect(Self.changes(to: Self.identity(root: 9)) == ["root certificate"])
        #expect(Self.changes(to: Self.identity(leaf: 9, serial: "SN-2")) == ["certificate", "serial number"])
        #expect(Self.changes(to: Self.identity([1: 11, 4: 40])) == ["measurement 1"])
        #expect(Self.changes(to: Self.identity([1: 10, 4: 40, 5: 50])) == ["measurement 5"])
        #expect(Self.changes(to: Self.identity([4: 40])) == ["measurement 1"])
    }

    @Test func `what is of the boot may differ behind the next one, and not within one`() {
        #expect(Self.changes(to: Self.identity([1: 10, 4: 41])) == ["measurement 4"])
        #expect(Self.changes(to: Self.identity([1: 10, 4: 41], boot: 1)) == [])
        #expect(Self.changes(to: Self.identity([1: 10, 4: 41], boot: 1), ofBoot: 0) == ["measurement 4"])
        #expect(Self.changes(to: Self.identity([1: 11, 4: 41], boot: 1)) == ["measurement 1"])
        #expect(Self.changes(to: Self.identity([1: 10], boot: 1)) == ["measurement 4"], "it may not be left out")
    }
}
