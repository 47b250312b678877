public import PCIe

/// A message that crossed a link, for display and comparison. Keys and nonces in it are zeros.
public struct TracedMessage: Hashable, Sendable, Codable {
    /// When it was sent, in nanoseconds of virtual time.
    public let time: UInt64
    /// The device, by its function 0.
    public let device: FunctionAddress
    /// The request that it is or answers.
    public let message: ProtocolMessage
    /// Which way.
    public let direction: Direction
    /// The bytes behind the SPDM envelope; empty where only the event is modelled.
    public let bytes: [UInt8]
    /// What a fault made of it; nil: nothing.
    public let fault: String?

    /// Which way a message went.
    public enum Direction: String, Hashable, Sendable, Codable, CaseIterable {
        /// From the TSM to the device.
        case request
        /// From the device to the TSM.
        case response
    }

    /// The bytes in hexadecimal.
    public var hexBytes: String { bytes.map { hex($0, 2) }.joined() }
}

extension TracedMessage: CustomStringConvertible {
    /// One line, for example `0000:3b:00.0 -> LOCK_INTERFACE 36 bytes`.
    public var description: String {
        let arrow = direction == .request ? "->" : "<-"
        return "\(device) \(arrow) \(message.rawValue) \(bytes.count) bytes\(fault.map { " (\($0))" } ?? "")"
    }
}

/// The last messages of a host, oldest first.
struct ProtocolTrace {
    /// How many are kept.
    let capacity: Int
    private var ring: [TracedMessage] = []
    private var next = 0
    /// How many there were.
    private(set) var total = 0

    init(capacity: Int) { self.capacity = capacity }

    mutating func append(_ message: TracedMessage) {
        total += 1
        guard capacity > 0 else { return }
        if ring.count < capacity {
            ring.append(message)
        } else {
            ring[next] = message
        }
        next = (next + 1) % capacity
    }

    /// What is kept.
    var messages: [TracedMessage] {
        ring.count < capacity ? ring : Array(ring[next...] + ring[..<next])
    }
}
