internal import WireBytes

/// A response, read against the request that it answers.
struct Answer {
    /// The response.
    let response: SPDMResponse
    /// The message of its true length.
    let bytes: [UInt8]

    /// Opaque data longer than this are refused (DSP0274, 10.16).
    static let opaqueLimit = 1024

    /// Reads a response. Behind it may stand nothing in a record, and up to three bytes of padding in the clear.
    init(
        _ bytes: [UInt8], to request: SPDMRequest, _ sizes: NegotiatedSizes, isSecured: Bool = false
    ) throws(RequesterFailure.Reason) {
        do throws(WireError) {
            let read = try SPDMResponse.decode(bytes.span, answering: request, sizes: sizes)
            guard bytes.count - read.length <= (isSecured ? 0 : 3) else {
                throw WireError(.trailingBytes, at: read.length, in: "message")
            }
            response = read.response
            self.bytes = Array(bytes[..<read.length])
        } catch {
            throw .malformed(error)
        }
    }
}

extension RequesterFailure.Reason {
    /// The codec reads what the request asks for, so that this does not happen.
    static let otherResponse = Self.malformed(.otherResponse)
}
