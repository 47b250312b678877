import Foundation
import Testing

/// A capture file as Wireshark opens it; two are equal when the same packets passed, whenever that was.
struct PacketFile: Hashable {
    let linkType: UInt32
    let packets: [[UInt8]]

    /// Reads a file that ends with a packet's last byte.
    init(reading path: String) throws {
        var rest = try Array(Data(contentsOf: URL(fileURLWithPath: path)))[...]
        func number(at offset: Int) throws -> UInt32 {
            let bytes = rest.dropFirst(offset).prefix(4)
            try #require(bytes.count == 4, "\(path) ends within a header")
            return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        try #require(try number(at: 0) == 0xA1B2_C3D4)
        linkType = try number(at: 20)
        rest = rest.dropFirst(24)
        var packets: [[UInt8]] = []
        while !rest.isEmpty {
            let (recorded, length) = (try number(at: 8), try number(at: 12))
            try #require(recorded == length && rest.count >= 16 + Int(length), "\(path) ends within a packet")
            packets.append(Array(rest.dropFirst(16).prefix(Int(length))))
            rest = rest.dropFirst(16 + Int(length))
        }
        self.packets = packets
    }
}
