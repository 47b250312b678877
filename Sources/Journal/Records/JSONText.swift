import Foundation
import PCIe

/// Values as JSON text: keys in the order in which the types name them, so that equal values give equal text:
/// what is recorded holds no dictionary and no set.
///
/// Written by ``JSONStream`` in one pass. Foundation's encoder makes a tree first, which took a third of the time of a commit
/// with its fdatasync (Docs/Decisions/0010).
enum JSONText {
    /// A record that cannot be read; where it stands in which journal is added by whoever knows.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    static func encode(_ value: some Encodable) throws -> String {
        let stream = JSONStream()
        try value.encode(to: JSONStreamEncoder(stream: stream))
        guard let text = stream.finish() else {
            throw EncodingError.invalidValue(
                value, EncodingError.Context(codingPath: [], debugDescription: "it does not encode itself as one value")
            )
        }
        return text
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
