internal import SPDM

/// What happens to a message between the two ends.
enum Tampering {
    /// Nothing.
    case none
    /// A bit is flipped.
    case flip(Int)
    /// Its end is cut off.
    case cut(Int)
    /// Bytes follow it.
    case append([UInt8])
    /// An earlier message, counted from the last, comes in its place.
    case replay(Int)
    /// It is lost.
    case lose
    /// Another comes in its place.
    case replace(TransportMessage)
    /// It comes twice.
    case repeated

    /// Reads what happens to the next message; nothing when the script is over.
    init(_ script: inout Script) {
        guard let step = script.step() else {
            self = .none
            return
        }
        switch step.what {
        case 0: self = .none
        case 1: self = .flip(script.number())
        case 2: self = .cut(script.number())
        case 3: self = .append(script.message())
        case 4: self = .replay(step.which)
        case 5: self = .lose
        case 6: self = .replace(TransportMessage(isSecured: step.which & 1 == 1, bytes: script.longMessage()))
        default: self = .repeated
        }
    }

    /// What arrives of a message; `earlier` are those that were sent before it. Nothing when it is lost.
    func apply(to message: TransportMessage, after earlier: [TransportMessage]) -> [TransportMessage] {
        var changed = message
        switch self {
        case .none: break
        case .flip(let place):
            guard !message.bytes.isEmpty else { break }
            let place = place % (8 * message.bytes.count)
            changed.bytes[place / 8] ^= 1 << UInt8(place % 8)
        case .cut(let count): changed.bytes.removeLast(1 + count % max(1, message.bytes.count))
        case .append(let bytes): changed.bytes += bytes
        case .replay(let back): changed = earlier.dropLast(back).last ?? message
        case .lose: return []
        case .replace(let other): changed = other
        case .repeated: return [message, message]
        }
        return [changed]
    }
}
