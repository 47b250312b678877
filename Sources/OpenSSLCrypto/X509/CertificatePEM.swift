internal import COpenSSL

extension Certificate {
    /// The DER of every certificate in a text of PEM (RFC 7468), in their order. What else stands there is skipped.
    ///
    /// Throws ``CryptoError`` when a block that calls itself a certificate is none, or there is no block at all.
    public static func encodings(inPEM text: Span<UInt8>) throws(CryptoError) -> [[UInt8]] {
        let operation = "PEM decoding"
        guard let count = Int32(exactly: text.count) else {
            throw CryptoError(operation: operation, reasons: ["\(text.count) bytes"])
        }
        return try unsafe text.withUnsafeBufferPointer { buffer throws(CryptoError) in
            let input = try unsafe Handle(
                BIO_new_mem_buf(buffer.baseAddress, count), freedBy: { unsafe BIO_free($0) }, for: operation)
            var found: [[UInt8]] = []
            // Without a callback, OpenSSL asks the terminal for the passphrase of an encrypted block.
            while let certificate = unsafe PEM_read_bio_X509(input.pointer, nil, { _, _, _, _ in -1 }, nil) {
                defer { unsafe X509_free(certificate) }
                guard let encoding = unsafe derEncoding(by: { unsafe i2d_X509(certificate, $0) }) else {
                    throw CryptoError(takingQueueFor: operation)
                }
                found.append(encoding)
            }
            // OpenSSL's word for the end of the text.
            guard !found.isEmpty, ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE else {
                throw CryptoError(takingQueueFor: operation)
            }
            ERR_clear_error()
            return found
        }
    }
}
