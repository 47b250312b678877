import SPDM

/// What happens to a message on its way.
enum Disturbance: Hashable, Sendable {
    /// It does not arrive.
    case lost
    /// It arrives twice.
    case repeated
    /// Only so many bytes of it arrive.
    case truncated(Int)
    /// It arrives behind the next in its direction.
    case delayed
    /// One bit of a byte is another.
    case flipped(byte: Int, bit: Int)
    /// Nothing arrives from here on.
    case silence
    /// From here on, every request in the clear is answered with this ERROR, and does not arrive.
    case refused(ErrorMessage.Code)
}

/// A message as it was sent.
struct Passage: Hashable, Sendable {
    /// The place of its operation in the conversation.
    let operation: Int
    let isRequest: Bool
    let isSecured: Bool
    /// Its length, without padding.
    let count: Int
    /// Its code; nil in a record.
    let code: MessageCode?
}

/// What lies between two ends: it pads messages in the clear to words, as DOE does, and disturbs one of them.
struct Wire {
    /// What passed so far, in the order of sending.
    private(set) var passages: [Passage] = []
    /// The messages themselves.
    private(set) var messages: [TransportMessage] = []
    private var operation = -1
    private var disturbance: Disturbance?
    private var place = 0
    /// What comes behind the next message in its direction.
    private var held: (message: TransportMessage, isRequest: Bool)?

    init() {}

    /// A wire that disturbs the message at a place, counted from 0.
    init(_ disturbance: Disturbance, at place: Int) {
        self.disturbance = disturbance
        self.place = place
    }

    /// Nobody disturbs any more. What was held back comes all the same.
    mutating func mend() { disturbance = nil }

    mutating func beginOperation() { operation += 1 }

    /// What arrives of a message, at once.
    mutating func pass(_ message: TransportMessage, isRequest: Bool) -> [TransportMessage] {
        passages.append(
            Passage(
                operation: operation, isRequest: isRequest, isSecured: message.isSecured, count: message.bytes.count,
                code: message.code))
        messages.append(message.padded)
        var arriving = disturbed(message, isRequest: isRequest)
        if let held, held.isRequest == isRequest, !arriving.isEmpty {
            arriving.append(held.message)
            self.held = nil
        }
        return arriving
    }

    private mutating func disturbed(_ message: TransportMessage, isRequest: Bool) -> [TransportMessage] {
        let padded = message.padded
        guard let disturbance, passages.count > place else { return [padded] }
        if case .silence = disturbance { return [] }
        guard passages.count == place + 1 else { return [padded] }
        switch disturbance {
        case .lost, .silence: return []
        case .repeated: return [padded, padded]
        case .truncated(let count):
            return [TransportMessage(isSecured: message.isSecured, bytes: Array(message.bytes.prefix(count)))]
        case .delayed:
            held = (padded, isRequest)
            return []
        case .flipped(let byte, let bit):
            var changed = padded
            changed.bytes[byte] ^= 1 << UInt8(bit)
            return [changed]
        case .refused: return [padded]
        }
    }

    /// The ERROR that a request gets instead of arriving.
    func refusal(of request: TransportMessage) -> TransportMessage? {
        guard case .refused(let code) = disturbance, passages.count > place, !request.isSecured else { return nil }
        let bytes = request.bytes
        var error: [UInt8] = [bytes[0], MessageCode.error.rawValue, code.rawValue, 0]
        if code == .responseNotReady {
            let isReminder = bytes[1] == MessageCode.respondIfReady.rawValue
            error += [10, isReminder ? bytes[2] : bytes[1], 7, 1]
        }
        return TransportMessage(isSecured: false, bytes: error)
    }
}

extension TransportMessage {
    /// Its code; nil in a record.
    var code: MessageCode? { isSecured || bytes.count < 2 ? nil : MessageCode(rawValue: bytes[1]) }

    /// As DOE carries it in the clear: whole words.
    var padded: TransportMessage {
        guard !isSecured else { return self }
        return TransportMessage(isSecured: false, bytes: bytes + [UInt8](repeating: 0, count: -bytes.count & 3))
    }
}
