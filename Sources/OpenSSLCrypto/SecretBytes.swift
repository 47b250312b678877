internal import COpenSSL

/// Overwrites bytes that must not outlive their use, in a way that no compiler leaves out. An array whose storage somebody
/// else has as well is copied first, and theirs stays as it was.
public func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
}

/// Bytes that must not outlive their use: keys, and what keys are derived from.
///
/// A secret has one owner at a time, is not copied behind its back, and its memory is overwritten before it is freed.
/// Its bytes are reached only inside ``withBytes(_:)``; what is copied out of there is the caller's to protect.
@safe
public struct SecretBytes: ~Copyable, @unchecked Sendable {
    // SAFETY: the memory is allocated in `init` and reached only through `self`, which has one owner; nothing writes to
    // it between `init` and `deinit`, so readers on two threads do not disturb each other.
    private let memory: UnsafeMutableBufferPointer<UInt8>

    /// Called by `deinit` with the memory when it is wiped and not yet freed. Only a test sets it, on its own thread.
    package var afterWipe: ((Span<UInt8>) -> Void)?

    /// Creates a secret of `count` bytes in place: zeros, which `initializer` overwrites.
    ///
    /// Throws what `initializer` throws; what it had written by then is wiped.
    public init<E: Error>(
        count: Int, initializingWith initializer: (inout MutableSpan<UInt8>) throws(E) -> Void
    ) throws(E) {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
        unsafe memory.initialize(repeating: 0)
        do throws(E) {
            var bytes = unsafe memory.mutableSpan
            try initializer(&bytes)
        } catch {
            unsafe Self.wipe(memory)
            unsafe memory.deallocate()
            throw error
        }
        unsafe self.memory = memory
        afterWipe = nil
    }

    /// Creates a secret from bytes that the caller holds, and should wipe or forget.
    public init(copying bytes: Span<UInt8>) {
        self.init(count: bytes.count) { secret in
            for index in bytes.indices { secret[index] = bytes[index] }
        }
    }

    deinit {
        let memory = unsafe self.memory
        unsafe Self.wipe(memory)
        let wiped = unsafe memory.span
        afterWipe?(wiped)
        unsafe memory.deallocate()
    }

    private static func wipe(_ memory: UnsafeMutableBufferPointer<UInt8>) {
        unsafe OPENSSL_cleanse(memory.baseAddress, memory.count)
    }

    /// Number of bytes.
    public var count: Int { unsafe memory.count }

    /// Lets `body` read the bytes.
    public func withBytes<Result: ~Copyable, E: Error>(
        _ body: (Span<UInt8>) throws(E) -> Result
    ) throws(E) -> Result {
        try body(unsafe memory.span)
    }

    /// Whether both secrets hold the same bytes, compared in constant time. The lengths are not secret.
    public func isEqual(to other: borrowing SecretBytes) -> Bool {
        withBytes { mine in other.withBytes { constantTimeEqual(mine, $0) } }
    }
}
