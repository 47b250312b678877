import PCIe
import TDISP
import Testing

@Suite struct `Interface ID` {
    private let function = FunctionAddress(segment: 0x12, requesterID: RequesterID(rawValue: 0x3B01))

    private func header(_ functionID: String) throws -> InterfaceID {
        let bytes: [UInt8] = try #require([UInt8](hex: "1085 0000 \(functionID) ffffffffffffffff"))
        return try TDISPHeader.decode(bytes.span).interfaceID
    }

    @Test func `the segment counts only while segment valid is set, reserved bits never`() throws {
        #expect(try header("013b1201") == InterfaceID(requesterID: function.requesterID, segment: 0x12))
        #expect(try header("013b1200") == InterfaceID(requesterID: function.requesterID))
        #expect(try header("013b12fe") == InterfaceID(requesterID: function.requesterID))
        #expect(try header("013b12ff") == InterfaceID(requesterID: function.requesterID, segment: 0x12))
    }

    @Test func `a segment is written with segment valid, and reserved bytes as zero`() throws {
        let id = try #require(InterfaceID(function))
        let bytes = TDISPRequest.stopInterface.encoded(to: id)
        #expect(bytes.hex == "10870000" + "013b1201" + "0000000000000000")
    }

    @Test func `a segment above eight bits cannot be named`() {
        let far = FunctionAddress(segment: 0x1_00, requesterID: function.requesterID)
        #expect(InterfaceID(far) == nil)
        #expect(!InterfaceID(requesterID: far.requesterID, segment: 0).names(far))
        #expect(InterfaceID(requesterID: far.requesterID).names(far))
    }

    @Test func `an ID names the function whose requester ID and, if given, segment it has`() {
        #expect(InterfaceID(requesterID: function.requesterID).names(function))
        #expect(InterfaceID(requesterID: function.requesterID, segment: 0x12).names(function))
        #expect(!InterfaceID(requesterID: function.requesterID, segment: 0x13).names(function))
        #expect(!InterfaceID(requesterID: RequesterID(rawValue: 0x3B02)).names(function))
    }

    @Test func `an ID prints as an address`() {
        #expect("\(InterfaceID(requesterID: function.requesterID))" == "3b:00.1")
        #expect("\(InterfaceID(requesterID: function.requesterID, segment: 0x12))" == "0012:3b:00.1")
        #expect(InterfaceID(requesterID: function.requesterID).address(assuming: 0x12) == function)
    }
}
