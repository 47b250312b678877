import Libvirt
import Testing

@Suite struct `Domain UUID` {
    @Test func `prints what it parsed, in lower case, and keeps the order of its bytes`() throws {
        let uuid = try #require(DomainUUID(parsing: "00112233-4455-6677-8899-AABBCCDDEEFF"))
        #expect(uuid.description == "00112233-4455-6677-8899-aabbccddeeff")
        #expect(
            uuid.bytes == [
                0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF,
            ])
        #expect(DomainUUID(bytes: uuid.bytes) == uuid)
        #expect(DomainUUID(parsing: "00112233445566778899aabbccddeeff") == uuid)
    }

    @Test(arguments: [
        "", "web1", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeeff0",
        "0011223g-4455-6677-8899-aabbccddeeff", "-0112233-4455-6677-8899-aabbccddeeff0",
        "00112233-4455-6677-8899-aabbccddeeff-", "００112233-4455-6677-8899-aabbccddeeff",
    ]) func `is not made of anything else`(text: String) {
        #expect(DomainUUID(parsing: text) == nil)
    }

    @Test func `is not made of 15 or 17 bytes`() {
        #expect(DomainUUID(bytes: [UInt8](repeating: 1, count: 15)) == nil)
        #expect(DomainUUID(bytes: [UInt8](repeating: 1, count: 17)) == nil)
    }

    @Test func `a reference is a UUID where the text is one and else a name`() throws {
        let uuid = try #require(DomainUUID(parsing: "00112233-4455-6677-8899-aabbccddeeff"))
        #expect(DomainReference("00112233-4455-6677-8899-aabbccddeeff") == .uuid(uuid))
        #expect(DomainReference("web1") == .name("web1"))
    }
}
