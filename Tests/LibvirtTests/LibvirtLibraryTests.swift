import Testing

@testable import Libvirt

@Suite struct `libvirt's library` {
    private static func failure(_ library: String) -> LibvirtError? {
        do throws(LibvirtError) { try LibvirtLibrary.load(library) } catch { return error }
        return nil
    }

    @Test func `that is not installed is named, and libvirt counts as unreachable`() throws {
        let error = try #require(Self.failure("libvirt-nowhere.so.0"))
        #expect(error.code == .noConnect)
        #expect(error.isConnectionLost)
        #expect(error.message.hasPrefix("libvirt-nowhere.so.0: "))
    }

    @Test func `that lacks a function is refused with the function's name`() throws {
        let error = try #require(Self.failure("libc.so.6"))
        #expect(error.isConnectionLost)
        #expect(error.message.hasSuffix("undefined symbol: virConnectClose"))
    }

    @Test func `is loaded once another could not be`() async throws {
        #expect(Self.failure("libvirt-nowhere.so.0") != nil)
        #expect(Self.failure(LibvirtLibrary.name) == nil)
        try LibvirtLibrary.initialize()
    }
}
