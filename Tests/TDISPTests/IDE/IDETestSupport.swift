import Foundation
import SPDM
import TDISP
import Testing

/// What the IDE tests share: names for slots, recorded exchanges, sessions.
enum IDEFixture {
    static let sessionA = SessionID(rawValue: 0xFFFF_FFFF)
    static let sessionB = SessionID(rawValue: 0xFFFE_FFFE)

    /// One line of a recording.
    enum Line: Equatable {
        case request([UInt8])
        case response([UInt8])
        case noResponse
    }

    /// Reads `Vectors/NAME.txt`: `>` request, `<` response, `!` no response, `#` comment.
    static func recording(_ name: String) throws -> [Line] {
        let url = try #require(Bundle.module.url(forResource: "Vectors/\(name)", withExtension: "txt"))
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").compactMap { line in
            switch line.first {
            case ">": .request(try #require([UInt8](hex: line.dropFirst(2))))
            case "<": .response(try #require([UInt8](hex: line.dropFirst(2))))
            case "!": .noResponse
            default: nil
            }
        }
    }

    /// All twelve slots, in order.
    static let allSlots: [IDEKeySlot] = IDEKeySet.allCases.flatMap { keySet in
        IDESubstream.allCases.flatMap { substream in
            IDEDirection.allCases.map { IDEKeySlot(keySet, $0, substream) }
        }
    }

    /// The six slots of a key set, in order.
    static func slots(_ keySet: IDEKeySet) -> [IDEKeySlot] { allSlots.filter { $0.keySet == keySet } }
}

/// A key whose bytes count up from `first`.
func countingKey(from first: UInt8) -> IDEKey {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    for index in bytes.indices { bytes[index] = first &+ UInt8(index) }
    return IDEKey(aesOrder: bytes)
}

extension InlineArray<32, UInt8> {
    var array: [UInt8] { indices.map { self[$0] } }
}
