/// 32 random bytes that a message shows to be fresh: Nonce, RandomData. Public; what is secret is never one of these.
public struct Nonce: Sendable {
    /// The bytes, in wire order.
    public let bytes: InlineArray<32, UInt8>

    /// Creates a nonce from 32 bytes.
    public init(_ bytes: InlineArray<32, UInt8>) { self.bytes = bytes }
}

extension Nonce: Hashable {
    /// Whether all bytes agree.
    public static func == (left: Nonce, right: Nonce) -> Bool {
        left.bytes.indices.allSatisfy { left.bytes[$0] == right.bytes[$0] }
    }

    /// Feeds the bytes.
    public func hash(into hasher: inout Hasher) {
        for index in bytes.indices { hasher.combine(bytes[index]) }
    }
}
