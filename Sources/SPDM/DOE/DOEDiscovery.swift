public import WireBytes

/// DOE discovery: which types of object a mailbox takes (PCIe 6.0, 6.30.1.1.1). The payload of both objects is one
/// DWORD.
///
/// | bits | request | response |
/// |---|---|---|
/// | 7:0 | Index | Vendor ID, low |
/// | 15:8 | DOE Discovery Version (DOE 1.1) | Vendor ID, high |
/// | 23:16 | reserved | Data Object Type |
/// | 31:24 | reserved | Next Index; 0 at the end |
public enum DOEDiscovery {
    /// Asks for the type with a number; the first is 0.
    public struct Request: Hashable, Sendable {
        /// Number of the type asked for.
        public var index: UInt8
        /// 2 when the DOE capability has version 2 or later, else 0.
        public var version: UInt8

        /// Creates a request.
        public init(index: UInt8, version: UInt8 = 0) {
            self.index = index
            self.version = version
        }

        /// Reads the payload of a request. Throws ``WireError`` `truncated` or `trailingBytes`.
        public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> Request {
            var cursor = WireCursor(bytes)
            let request = Request(
                index: try cursor.uint8(bytes, "Index"), version: try cursor.uint8(bytes, "DOE Discovery Version"))
            try cursor.skip(2, "reserved")
            try cursor.expectEnd("DOE discovery request")
            return request
        }

        /// The payload: four bytes.
        public func encoded() -> [UInt8] { [index, version, 0, 0] }
    }

    /// What a mailbox for CMA/SPDM takes, in the order of the numbers.
    public static let cmaTypes: [DOEType] = [.discovery, .spdm, .securedSPDM]

    /// Names a type.
    public struct Response: Hashable, Sendable {
        /// The type; its vendor is FFFFh when there is none with the number asked for.
        public var type: DOEType
        /// Number to ask for next; 0 when this was the last.
        public var nextIndex: UInt8

        /// Creates a response.
        public init(type: DOEType, nextIndex: UInt8) {
            self.type = type
            self.nextIndex = nextIndex
        }

        /// Answers a request for a mailbox that takes `types`: vendor FFFFh, and no next, when the number is too high.
        public init(to request: Request, of types: [DOEType] = DOEDiscovery.cmaTypes) {
            let next = Int(request.index) + 1
            guard next <= types.count else {
                self.init(type: DOEType(vendor: 0xFFFF, number: 0), nextIndex: 0)
                return
            }
            self.init(type: types[next - 1], nextIndex: next < types.count ? request.index + 1 : 0)
        }

        /// Reads the payload of a response. Throws ``WireError`` `truncated` or `trailingBytes`.
        public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> Response {
            var cursor = WireCursor(bytes)
            let vendor = try cursor.uint16(bytes, "Vendor ID")
            let number = try cursor.uint8(bytes, "Data Object Type")
            let next = try cursor.uint8(bytes, "Next Index")
            try cursor.expectEnd("DOE discovery response")
            return Response(type: DOEType(vendor: vendor, number: number), nextIndex: next)
        }

        /// The payload: four bytes.
        public func encoded() -> [UInt8] {
            var writer = WireWriter(capacity: 4)
            writer.uint16(type.vendor)
            writer.uint8(type.number)
            writer.uint8(nextIndex)
            return writer.bytes
        }
    }
}
