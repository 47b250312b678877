import Foundation
import PCIe

/// Values as JSON text: keys sorted, so that equal values give equal text.
enum JSONText {
    /// A record that cannot be read; where it stands in which journal is added by whoever knows.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ text: String, in place: String) throws(Unreadable) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch {
            throw Unreadable(description: "\(place): \(error)")
        }
    }

    static func address(_ text: String) throws(Unreadable) -> FunctionAddress {
        do throws(FunctionAddress.ParseError) {
            return try FunctionAddress(parsing: text)
        } catch {
            throw Unreadable(description: error.description)
        }
    }
}
