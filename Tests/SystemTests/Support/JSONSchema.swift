import Foundation

/// The project's own directory.
enum Project {
    static let path = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }.path
}

/// A JSON schema, as far as ours uses the language; an unknown keyword is an error, so that none is silently passed over.
struct JSONSchema {
    private let root: JSONValue

    /// The schema that `Docs/` publishes.
    static func published() throws -> JSONSchema {
        let path = Project.path + "/Docs/schema/tdispctl-v1.schema.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return JSONSchema(root: try JSONValue(parsing: text))
    }

    /// Everything that is wrong with a value; empty: nothing.
    func faults(of value: JSONValue) -> [String] { faults(of: value, root, at: "$") }

    /// The `kind`s that the schema describes.
    var kinds: Set<String> {
        Set(root["oneOf"].array.compactMap { $0["properties"]["kind"]["const"].string })
    }

    private func faults(of value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        guard case .object(let keywords) = schema else { return ["\(place): the schema is not an object"] }
        return keywords.sorted { $0.key < $1.key }.flatMap { faults(of: value, keyword: $0, $1, in: schema, at: place) }
    }

    private func faults(
        of value: JSONValue, keyword: String, _ rule: JSONValue, in schema: JSONValue, at place: String
    ) -> [String] {
        switch keyword {
        case "$schema", "$id", "$defs", "title": []
        case "$ref": faults(of: value, definition(rule.string ?? ""), at: place)
        case "oneOf": alternatives(value, rule.array, at: place)
        case "type": value.isOf(type: rule) ? [] : ["\(place): is not of type \(rule)"]
        case "const": value == rule ? [] : ["\(place): is not \(rule)"]
        case "enum": rule.array.contains(value) ? [] : ["\(place): \(value) is none of \(rule.array)"]
        case "items": value.array.enumerated().flatMap { faults(of: $1, rule, at: "\(place)[\($0)]") }
        case "required":
            rule.array.compactMap(\.string).filter { !value.keys.contains($0) }.map { "\(place): \($0) is missing" }
        case "properties":
            value.keys.intersection(rule.keys).flatMap { faults(of: value[$0], rule[$0], at: "\(place).\($0)") }
        case "additionalProperties":
            rule != false
                ? [] : value.keys.subtracting(schema["properties"].keys).map { "\(place): \($0) is not known" }
        default: ["\(place): the schema's keyword \(keyword) is not known to this test"]
        }
    }

    private func alternatives(_ value: JSONValue, _ schemas: [JSONValue], at place: String) -> [String] {
        let results = schemas.map { faults(of: value, $0, at: place) }
        let fitting = results.count { $0.isEmpty }
        guard fitting != 1 else { return [] }
        return fitting > 1 ? ["\(place): fits \(fitting) alternatives"] : results.min { $0.count < $1.count } ?? []
    }

    private func definition(_ reference: String) -> JSONValue {
        reference.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] }
    }
}

extension JSONValue {
    fileprivate var keys: Set<String> { if case .object(let fields) = self { Set(fields.keys) } else { [] } }

    fileprivate func isOf(type: JSONValue) -> Bool {
        if case .array(let types) = type { return types.contains(where: isOf) }
        return switch self {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .number(let value): type == "number" || type == "integer" && value == value.rounded()
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }
}
