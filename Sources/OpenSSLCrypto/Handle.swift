internal import COpenSSL

/// One object of OpenSSL's with its one owner, freed when that ends.
@safe
struct Handle: ~Copyable, @unchecked Sendable {
    // SAFETY: the object is reached only through `self`, which has one owner; OpenSSL binds no object to a thread, and
    // what is reachable while only borrowed (keys, certificates) is read, never written.
    let pointer: OpaquePointer
    private let free: (OpaquePointer) -> Void

    /// Takes what an OpenSSL function returned; throws with OpenSSL's reasons when that is nothing.
    init(
        _ pointer: OpaquePointer?, freedBy free: @escaping (OpaquePointer?) -> Void, for operation: String
    ) throws(CryptoError) {
        guard let pointer = unsafe pointer else { throw CryptoError(takingQueueFor: operation) }
        unsafe self.pointer = pointer
        unsafe self.free = { unsafe free($0) }
    }

    deinit { unsafe free(pointer) }
}

/// What an `i2d_...` function of OpenSSL writes; nil when it refuses. `encode` is called for the length, then for the
/// bytes, with the pointer that it moves.
func derEncoding(by encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8]? {
    guard case let count = Int(encode(nil)), count > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let written = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
        var position = buffer.baseAddress
        return unsafe Int(encode(&position))
    }
    return written == count ? bytes : nil
}

/// What a `d2i_...` function of OpenSSL reads from the whole of `bytes`; nil when it refuses. Bytes left over are
/// counted in `rest`.
func decodeDER(
    _ bytes: Span<UInt8>, rest: inout Int,
    by decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?
) -> OpaquePointer? {
    unsafe bytes.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return nil }
        var position: UnsafePointer<UInt8>? = unsafe start
        let object = unsafe decode(&position, buffer.count)
        // A decoder that tried several forms leaves the reasons of those that did not fit.
        if unsafe object != nil { ERR_clear_error() }
        rest = unsafe position.map { unsafe buffer.count - start.distance(to: $0) } ?? buffer.count
        return unsafe object
    }
}
