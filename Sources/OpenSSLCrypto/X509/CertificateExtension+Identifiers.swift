internal import COpenSSL

extension CertificateExtension {
    /// The object identifiers that begin the elements, when the value is a sequence of sequences that each begin with
    /// one, as DMTF's extension for SPDM is (DSP0274, 10.8.2); nil when it is anything else.
    public var leadingIdentifiers: [String]? {
        defer { ERR_clear_error() }
        guard let list = ElementSequence(value) else { return nil }
        var found: [String] = []
        for index in 0..<list.count {
            guard let encoding = list.sequence(at: index), let element = ElementSequence(encoding),
                let identifier = element.objectIdentifier(at: 0)
            else { return nil }
            found.append(identifier)
        }
        return found
    }
}

/// A DER sequence whose elements can be anything.
private struct ElementSequence: ~Copyable {
    private let handle: Handle

    init?(_ encoding: [UInt8]) {
        var rest = 0
        let decoded = unsafe decodeDER(encoding.span, rest: &rest) { unsafe d2i_ASN1_SEQUENCE_ANY(nil, $0, $1) }
        guard let handle = try? unsafe Handle(decoded, freedBy: Self.free, for: "sequence decoding"), rest == 0 else {
            return nil
        }
        self.handle = handle
    }

    var count: Int { unsafe Int(OPENSSL_sk_num(handle.pointer)) }

    /// The element at a place, whole, when it is a sequence.
    func sequence(at index: Int) -> [UInt8]? {
        guard let element = unsafe element(at: index, of: V_ASN1_SEQUENCE) else { return nil }
        return unsafe bytes(of: element.pointee.value.sequence)
    }

    /// The element at a place in dotted form, when it is an object identifier.
    func objectIdentifier(at index: Int) -> String? {
        guard let element = unsafe element(at: index, of: V_ASN1_OBJECT) else { return nil }
        return unsafe identifier(element.pointee.value.object)
    }

    private func element(at index: Int, of type: Int32) -> UnsafeMutablePointer<ASN1_TYPE>? {
        guard let element = unsafe OPENSSL_sk_value(handle.pointer, Int32(index)) else { return nil }
        let typed = unsafe element.assumingMemoryBound(to: ASN1_TYPE.self)
        return unsafe ASN1_TYPE_get(typed) == type ? typed : nil
    }

    private static func free(_ stack: OpaquePointer?) {
        unsafe OPENSSL_sk_pop_free(stack) { element in
            unsafe ASN1_TYPE_free(element?.assumingMemoryBound(to: ASN1_TYPE.self))
        }
    }
}
