internal import COpenSSL

extension OtherName {
    /// A name whose value is a text, encoded as a `UTF8String`. Throws ``CryptoError`` when OpenSSL has no memory left.
    public init(type: String, text: String) throws(CryptoError) {
        let operation = "name encoding"
        let string = try unsafe Handle(
            OpaquePointer(ASN1_STRING_type_new(V_ASN1_UTF8STRING)),
            freedBy: { unsafe ASN1_STRING_free(UnsafeMutablePointer($0)) }, for: operation)
        let bytes = Array(text.utf8)
        try CryptoError.check(
            unsafe ASN1_STRING_set(UnsafeMutablePointer(string.pointer), bytes, Int32(bytes.count)), operation)
        let encoding = unsafe derEncoding { unsafe i2d_ASN1_UTF8STRING(UnsafePointer(string.pointer), $0) }
        guard let encoding else { throw CryptoError(takingQueueFor: operation) }
        self.init(type: type, value: encoding)
    }

    /// The text, when the value is a `UTF8String` and nothing else, and valid UTF-8.
    public var text: String? {
        defer { ERR_clear_error() }
        var rest = 0
        let decoded = unsafe decodeDER(value.span, rest: &rest) {
            unsafe OpaquePointer(d2i_ASN1_UTF8STRING(nil, $0, $1))
        }
        guard let decoded = unsafe decoded else { return nil }
        let string = unsafe UnsafeMutablePointer<ASN1_STRING>(decoded)
        defer { unsafe ASN1_STRING_free(string) }
        return rest == 0 ? unsafe String(validating: bytes(of: string), as: UTF8.self) : nil
    }
}
