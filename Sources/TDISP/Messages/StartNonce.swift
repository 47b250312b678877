internal import WireBytes

/// START_INTERFACE_NONCE: 256 random bits that LOCK hands out and START must show (TDISP 1.0, 11.3.9 and 11.3.14).
///
/// A secret, good for one START of one lock epoch. It is deliberately not `Hashable` nor `Codable`: no machine's state,
/// no journal entry and no trace can hold one. Comparison takes the same time wherever the values differ, and the
/// description shows no byte.
public struct StartNonce: Sendable {
    /// The 32 bytes, in wire order.
    public let bytes: InlineArray<32, UInt8>

    /// Creates a nonce from 32 bytes.
    public init(_ bytes: InlineArray<32, UInt8>) { self.bytes = bytes }
}

extension StartNonce: Equatable {
    /// Compares in constant time.
    public static func == (left: Self, right: Self) -> Bool { constantTimeEqual(left.bytes, right.bytes) }
}

extension StartNonce: CustomStringConvertible, CustomReflectable {
    /// Shows that there is a nonce, not which.
    public var description: String { "START_INTERFACE_NONCE" }
    /// Has no children, so that `dump` and test failures do not print the bytes.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
