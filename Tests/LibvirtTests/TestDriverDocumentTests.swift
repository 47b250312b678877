import Foundation
import Libvirt
import Testing

@Suite struct `Test driver document` {
    @Test func `names every domain, its state and its TEE, with all names escaped`() throws {
        let uuid = try #require(DomainUUID(parsing: "00112233-4455-6677-8899-aabbccddeeff"))
        let document = TestDriverDocument(domains: [
            TestDriverDocument.Domain(name: "a<b", uuid: uuid, memoryKiB: 64, isRunning: false, tee: "t&x")
        ])
        #expect(
            document.xml == """
                <node><domain type="test" xmlns:test="http://libvirt.org/schemas/domain/test/1.0"><name>a&lt;b</name>\
                <uuid>00112233-4455-6677-8899-aabbccddeeff</uuid><memory unit="KiB">64</memory><vcpu>1</vcpu>\
                <os><type>hvm</type></os><metadata>\
                <tdisp:binding xmlns:tdisp="https://tdispctl.dev/xmlns/binding/1"><tdisp:tee>t&amp;x</tdisp:tee>\
                </tdisp:binding></metadata><test:runstate>5</test:runstate></domain></node>

                """)
    }

    @Test func `the URI of a path escapes what a URI cannot hold`() throws {
        #expect(try TestDriverDocument.uri(path: "/a/b.xml") == "test:///a/b.xml")
        #expect(try TestDriverDocument.uri(path: "/a b?c#d%20.xml") == "test:///a%20b%3Fc%23d%2520.xml")
    }

    @Test(arguments: ["", "relative.xml", "/default"]) func `a path that is none of a file has no URI`(path: String)
        throws
    {
        let error = try #require(throws: LibvirtError.self) { try TestDriverDocument.uri(path: path) }
        #expect(error.code == .invalidArgument)
    }

    @Test func `a file that cannot be written is an error that names it`() throws {
        let path = "/nonexistent-\(ProcessInfo.processInfo.processIdentifier)/host.xml"
        let error = try #require(throws: LibvirtError.self) { try TestDriverDocument(domains: []).write(to: path) }
        #expect(error.code == .systemError)
        #expect(error.message == "cannot write \(path): no such file or directory")
    }
}
