public import WireBytes

/// What a data object asks of a device that offers CMA/SPDM.
public enum DOERequest: Hashable, Sendable {
    /// Which types the mailbox takes.
    case discovery(DOEDiscovery.Request)
    /// An SPDM message or a secured record, with the padding that the object has.
    case message(TransportMessage)
    /// An object of a type that is not offered.
    case unsupported(DOEType)
    /// Not an object of the length it says.
    case malformed(WireError)

    /// Reads an object.
    public init(decoding bytes: Span<UInt8>) {
        do throws(WireError) {
            self = try Self.read(bytes)
        } catch {
            self = .malformed(error)
        }
    }

    private static func read(_ bytes: Span<UInt8>) throws(WireError) -> DOERequest {
        let object = try DOEObject.decode(bytes)
        let payload = bytes.extracting(object.payload)
        switch object.type {
        case .discovery: return .discovery(try DOEDiscovery.Request.decode(payload))
        case .spdm: return .message(TransportMessage(isSecured: false, bytes: [UInt8](copying: payload)))
        case .securedSPDM: return .message(TransportMessage(isSecured: true, bytes: [UInt8](copying: payload)))
        default: return .unsupported(object.type)
        }
    }
}

extension DOEDiscovery.Response {
    /// The response as an object.
    public func doeObject() throws(WireError) -> [UInt8] {
        let payload = encoded()
        return try DOEObject.encode(.discovery, payload: payload.span)
    }
}

extension DOEDiscovery.Request {
    /// The request as an object.
    public func doeObject() throws(WireError) -> [UInt8] {
        let payload = encoded()
        return try DOEObject.encode(.discovery, payload: payload.span)
    }
}

extension TransportMessage {
    /// The type of the object that carries it.
    public var doeType: DOEType { isSecured ? .securedSPDM : .spdm }

    /// The message as an object. Throws ``WireError`` `lengthMismatch` when it is empty or too long for one.
    public func doeObject() throws(WireError) -> [UInt8] { try DOEObject.encode(doeType, payload: bytes.span) }

    /// Takes the message out of an object, with its padding.
    ///
    /// Throws ``WireError``: what ``DOEObject/decode(_:)`` throws, or `unexpectedType` when the object carries no SPDM.
    public init(doeObject bytes: Span<UInt8>) throws(WireError) {
        let object = try DOEObject.decode(bytes)
        guard object.type == .spdm || object.type == .securedSPDM else {
            throw WireError(.unexpectedType, at: 2, in: "Data Object Type")
        }
        self.init(
            isSecured: object.type == .securedSPDM, bytes: [UInt8](copying: bytes.extracting(object.payload)))
    }
}
