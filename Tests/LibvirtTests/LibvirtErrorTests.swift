import Libvirt
import Testing

@Suite struct `Libvirt error` {
    @Test func `prints the function, the message and the number`() {
        let error = LibvirtError(.noDomain, message: "no domain 'x'", function: "virDomainLookupByName")
        #expect(error.description == "virDomainLookupByName: no domain 'x' (libvirt error 42)")
    }

    @Test func `of the transport or of no connection means that it is lost, and no other does`() {
        func error(_ code: LibvirtError.Code, _ domain: LibvirtError.Origin = .none) -> LibvirtError {
            LibvirtError(code, domain: domain, message: "", function: "")
        }
        #expect(error(.internalError, .rpc).isConnectionLost)
        #expect(error(.invalidConnection).isConnectionLost)
        #expect(error(.noConnect).isConnectionLost)
        #expect(!error(.noDomain, LibvirtError.Origin(rawValue: 10)).isConnectionLost)
        #expect(!error(.systemError).isConnectionLost)
    }
}
