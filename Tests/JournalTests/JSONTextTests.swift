import Assignment
import Foundation
import Testing

@testable import Journal

/// What Foundation makes of both texts must be the same.
private func expectSameAsFoundation(_ value: some Encodable) throws {
    let ours = try JSONSerialization.jsonObject(
        with: Data(JSONText.encode(value).utf8), options: .fragmentsAllowed)
    let theirs = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value), options: .fragmentsAllowed)
    #expect(try #require(ours as? NSObject) == #require(theirs as? NSObject))
}

/// Encodes itself by a closure.
private struct Scripted: Encodable {
    let script: @Sendable (any Encoder) throws -> Void

    func encode(to encoder: any Encoder) throws { try script(encoder) }
}

private enum Key: String, CodingKey { case first, second }

@Suite struct JSONTextTests {
    @Test func `says of every step of a conversion and a quarantine what Foundation says, and is read back`() throws {
        var steps = Steps()
        var all = steps.conversion()
        all.append(steps.take(.observed(.streamInsecure), detail: "stream 3"))
        while steps.state.pending != .none {
            all.append(steps.take(.finished(steps.state.pending.name, .failed(.timedOut))))
        }
        #expect(all.count > 15)
        for step in all {
            let content = HistoryContent.assignment(step)
            try expectSameAsFoundation(content)
            #expect(try JSONText.decode(JSONText.encode(content), in: "test") == content)
        }
        try expectSameAsFoundation(HistoryContent.connection(steps.take(.require)))
    }

    @Test(arguments: ["", "plain", "\"\\/", "\u{0}\u{1}\u{1f}\n\t\r\u{8}\u{c}\u{7f}", "Grüße, 設定, 🔒, \u{2028}"])
    func `escapes what a string may hold`(text: String) throws {
        try expectSameAsFoundation([text])
        let read: [String: String] = try JSONText.decode(JSONText.encode([text: text]), in: "test")
        #expect(read == [text: text])
    }

    @Test func `has every number, nothing, lists in lists and what is empty`() throws {
        try expectSameAsFoundation([UInt64.max, 0])
        try expectSameAsFoundation([Int64.min, -1])
        try expectSameAsFoundation([0.25, -1e300])
        try expectSameAsFoundation([Int?.none, 1])
        try expectSameAsFoundation([[[true], []], [[false, true]]])
        try expectSameAsFoundation([String: Int]())
        try expectSameAsFoundation("alone")
        #expect(try JSONText.encode([[Int]]()) == "[]")
        #expect(throws: EncodingError.self) { try JSONText.encode([Double.nan]) }
        #expect(throws: EncodingError.self) { try JSONText.encode(Float.infinity) }
    }

    @Test func `names keys in the order in which they are encoded`() throws {
        let value = Scripted { encoder in
            var object = encoder.container(keyedBy: Key.self)
            try object.encode(1, forKey: .second)
            var nested = object.nestedContainer(keyedBy: Key.self, forKey: .first)
            try nested.encodeNil(forKey: .first)
            var list = nested.nestedUnkeyedContainer(forKey: .second)
            try list.encodeNil()
            _ = list.nestedContainer(keyedBy: Key.self)
            _ = list.nestedUnkeyedContainer()
        }
        #expect(try JSONText.encode(value) == #"{"second":1,"first":{"first":null,"second":[null,{},[]]}}"#)
    }

    @Test func `of a value that writes out of place is refused`() {
        func refuses(_ script: @escaping @Sendable (any Encoder) throws -> Void) {
            #expect(throws: EncodingError.self) { try JSONText.encode(Scripted(script: script)) }
        }
        refuses { _ in }
        refuses { encoder in
            var value = encoder.singleValueContainer()
            try value.encode(1)
            try value.encode(2)
        }
        refuses { encoder in
            var object = encoder.container(keyedBy: Key.self)
            var left = object.nestedContainer(keyedBy: Key.self, forKey: .first)
            try object.encode(1, forKey: .second)
            try left.encode(2, forKey: .first)
        }
        refuses { encoder in
            var list = encoder.unkeyedContainer()
            var left = list.nestedUnkeyedContainer()
            _ = list.nestedUnkeyedContainer()
            try left.encode(2)
        }
        refuses { encoder in
            var object = encoder.container(keyedBy: Key.self)
            try object.encode(Scripted { _ in }, forKey: .first)
        }
    }
}
