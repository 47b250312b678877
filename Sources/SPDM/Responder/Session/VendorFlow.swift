internal import WireBytes

extension Responder {
    /// VENDOR_DEFINED_REQUEST: handed to the device, which alone knows whether it takes it outside a session.
    mutating func vendorDefined(_ incoming: Incoming, _ negotiated: Negotiated) throws(Refusal) -> Effect {
        if let session = incoming.session, negotiated.handshake?.session == session { throw .unexpected }
        let length: Int
        do throws(WireError) {
            length = try Self.vendorDefinedLength(incoming.bytes.span)
        } catch {
            throw .invalid
        }
        let whole = try cut(incoming, to: length)
        return begin(.awaitingDevice, for: whole, by: .deliver(whole.bytes, over: whole.session))
    }

    /// The length that the fields of the envelope add up to, whoever's it is.
    private static func vendorDefinedLength(_ bytes: Span<UInt8>) throws(WireError) -> Int {
        var cursor = WireCursor(bytes)
        _ = try MessageHeader.read(bytes, &cursor)
        try cursor.skip(2, "StandardID")
        try cursor.skip(Int(try cursor.uint8(bytes, "VendorIDLen")), "VendorID")
        _ = try cursor.counted16(bytes, "Payload")
        return cursor.offset
    }

    /// The device's answer goes back.
    mutating func vendorAnswered(_ response: [UInt8]) -> Effect {
        guard let work, case .awaitingDevice = work.step else { return .none }
        self.work = nil
        guard response.count >= 4 else { return refuse(Refusal(.unspecified), work.incoming) }
        return answer(response, to: work.incoming)
    }
}
