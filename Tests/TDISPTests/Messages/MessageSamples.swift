import PCIe
import TDISP

/// One of each message, and its bytes written by hand.
enum MessageSamples {
    static let interfaceID = InterfaceID(requesterID: RequesterID(rawValue: 0x3B01))
    /// reserved, then FUNCTION_ID 3b:00.1 and eight reserved bytes.
    static let rest = "0000 013b0000 0000000000000000"
    static let counting = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    static let vendor = VendorDefinedMessage(pciVendor: 0x1AF4, data: [0xAA, 0xBB])

    static let capabilities = TDISPCapabilities(
        requests: RequestSet.mandatory.union(RequestSet([.bindP2PStream, .setMMIOAttribute])),
        lockFlags: [.noFirmwareUpdate, .allRequestRedirect], addressWidth: 52, outstandingPerInterface: 1,
        outstandingPerDevice: 4)

    static let lock = LockInterfaceRequest(
        flags: [.noFirmwareUpdate, .lockMSIX], defaultStream: StreamID(rawValue: 0x2A), mmioReportingOffset: -0x1000,
        p2pAddressMask: 0x1122_3344_5566_7788)

    static let requests: [(TDISPRequest, String)] = [
        (.getVersion, "1081 \(rest)"),
        (.getCapabilities, "1082 \(rest) 00000000"),
        (.lockInterface(lock), "1083 \(rest) 0500 2a 00 00f0ffffffffffff 8877665544332211"),
        (.getInterfaceReport(InterfaceReportQuery(offset: 0x0140, length: 0x0400)), "1084 \(rest) 4001 0004"),
        (.getInterfaceState, "1085 \(rest)"),
        (.startInterface(TDIFixture.nonce(0)), "1086 \(rest) \(counting)"),
        (.stopInterface, "1087 \(rest)"),
        (.bindP2PStream(StreamID(rawValue: 3)), "1088 \(rest) 03"),
        (.unbindP2PStream(StreamID(rawValue: 3)), "1089 \(rest) 03"),
        (
            .setMMIOAttribute(
                SetMMIOAttributeRequest(firstPage: 0x8_0000_0001, pageCount: 2, nonTEEMemory: true, rangeID: 5)),
            "108a \(rest) 0100000008000000 02000000 0400 0500"
        ),
        (.vendorDefined(vendor), "108b \(rest) 00 02 f41a aabb"),
        (.unknown(TDISPMessageType(rawValue: 0x8F), [1, 2, 3]), "108f \(rest) 010203"),
    ]

    static let responses: [(TDISPResponse, String)] = [
        (.version([.v1_0, TDISPVersion(rawValue: 0x11)]), "1001 \(rest) 02 1011"),
        (
            .capabilities(capabilities),
            "1002 \(rest) 00000000 fe050000000000000000000000000000 1100 000000 34 01 04"
        ),
        (.lockInterface(TDIFixture.nonce(0)), "1003 \(rest) \(counting)"),
        (
            .interfaceReport(InterfaceReportPortion(bytes: [9, 8, 7], remainder: 0x0102)),
            "1004 \(rest) 0300 0201 090807"
        ),
        (.interfaceState(.error), "1005 \(rest) 03"),
        (.startInterface, "1006 \(rest)"),
        (.stopInterface, "1007 \(rest)"),
        (.bindP2PStream, "1008 \(rest)"),
        (.unbindP2PStream, "1009 \(rest)"),
        (.setMMIOAttribute, "100a \(rest)"),
        (.vendorDefined(vendor), "100b \(rest) 00 02 f41a aabb"),
        (.error(.invalidNonce), "107f \(rest) 02010000 00000000"),
        (.error(.unsupported(.vendorDefined)), "107f \(rest) 07000000 8b000000"),
        (.error(TDISPErrorMessage(vendor: vendor)), "107f \(rest) ff000000 06000000 00 02 f41a aabb"),
        (.unknown(TDISPMessageType(rawValue: 0x0F), [1, 2, 3]), "100f \(rest) 010203"),
    ]

    /// How long the part of a message is that has no variable length behind it; nil if all of it is fixed.
    static func variableFrom(_ request: TDISPRequest) -> Int? {
        switch request {
        case .vendorDefined: 20
        case .unknown: 16
        case .getVersion, .getCapabilities, .lockInterface, .getInterfaceReport, .getInterfaceState, .startInterface,
            .stopInterface, .bindP2PStream, .unbindP2PStream, .setMMIOAttribute:
            nil
        }
    }

    static func variableFrom(_ response: TDISPResponse) -> Int? {
        switch response {
        case .vendorDefined: 20
        case .unknown: 16
        case .version, .capabilities, .lockInterface, .interfaceReport, .interfaceState, .startInterface,
            .stopInterface, .bindP2PStream, .unbindP2PStream, .setMMIOAttribute, .error:
            nil
        }
    }
}
