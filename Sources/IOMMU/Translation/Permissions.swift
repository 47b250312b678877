/// What a mapping lets a device do: at least one of read and write.
public enum Permissions: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// Reads only.
    case read = 0b01
    /// Writes only.
    case write = 0b10
    /// Both.
    case readWrite = 0b11

    /// Whether they cover an access.
    public func allow(_ access: DMAAccess) -> Bool {
        switch access {
        case .read: rawValue & Self.read.rawValue != 0
        case .write: rawValue & Self.write.rawValue != 0
        }
    }
}

extension Permissions: CustomStringConvertible {
    /// `read`, `write` or `read and write`.
    public var description: String {
        switch self {
        case .read: "read"
        case .write: "write"
        case .readWrite: "read and write"
        }
    }
}
