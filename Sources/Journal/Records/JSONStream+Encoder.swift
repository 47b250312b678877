/// Lets Codable values write themselves into a ``JSONStream``, their keys in the order in which they name them.
struct JSONStreamEncoder: Encoder {
    let stream: JSONStream
    /// Not kept: no error here needs to say where it happened.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(JSONObject<Key>(stream: stream))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { JSONList(stream: stream) }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONValue(stream: stream) }
}

private struct JSONObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let stream: JSONStream
    let scope: JSONStream.Scope
    var codingPath: [any CodingKey] { [] }

    init(stream: JSONStream) {
        self.stream = stream
        scope = stream.begin("{", "}")
    }

    private func value(of key: Key) -> JSONStreamEncoder {
        stream.key(key.stringValue, of: scope)
        return JSONStreamEncoder(stream: stream)
    }

    func encodeNil(forKey key: Key) {
        stream.key(key.stringValue, of: scope)
        stream.write(literal: "null")
    }

    func encode(_ value: some Encodable, forKey key: Key) throws { try value.encode(to: self.value(of: key)) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        value(of: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { value(of: key).unkeyedContainer() }

    func superEncoder() -> any Encoder {
        stream.key("super", of: scope)
        return JSONStreamEncoder(stream: stream)
    }

    func superEncoder(forKey key: Key) -> any Encoder { value(of: key) }
}

private struct JSONList: UnkeyedEncodingContainer {
    let stream: JSONStream
    let scope: JSONStream.Scope
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(stream: JSONStream) {
        self.stream = stream
        scope = stream.begin("[", "]")
    }

    private mutating func next() -> JSONStreamEncoder {
        stream.element(of: scope)
        count += 1
        return JSONStreamEncoder(stream: stream)
    }

    mutating func encodeNil() {
        _ = next()
        stream.write(literal: "null")
    }

    mutating func encode(_ value: some Encodable) throws { try value.encode(to: next()) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }

    mutating func superEncoder() -> any Encoder { next() }
}

private struct JSONValue: SingleValueEncodingContainer {
    let stream: JSONStream
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { stream.write(literal: "null") }
    func encode(_ value: Bool) { stream.write(literal: value ? "true" : "false") }
    func encode(_ value: String) { stream.write(string: value) }
    func encode(_ value: Double) throws { try write(value) }
    func encode(_ value: Float) throws { try write(value) }
    func encode(_ value: Int) { write(value) }
    func encode(_ value: Int8) { write(value) }
    func encode(_ value: Int16) { write(value) }
    func encode(_ value: Int32) { write(value) }
    func encode(_ value: Int64) { write(value) }
    func encode(_ value: UInt) { write(value) }
    func encode(_ value: UInt8) { write(value) }
    func encode(_ value: UInt16) { write(value) }
    func encode(_ value: UInt32) { write(value) }
    func encode(_ value: UInt64) { write(value) }
    func encode(_ value: some Encodable) throws { try value.encode(to: JSONStreamEncoder(stream: stream)) }

    private func write(_ number: some FixedWidthInteger) { stream.write(literal: String(number)) }

    /// JSON has no word for what is not finite.
    private func write(_ number: some BinaryFloatingPoint & CustomStringConvertible & Encodable) throws {
        guard number.isFinite else {
            throw EncodingError.invalidValue(
                number, EncodingError.Context(codingPath: [], debugDescription: "JSON has no such number"))
        }
        stream.write(literal: number.description)
    }
}
