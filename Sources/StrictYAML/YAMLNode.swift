/// A value in a YAML file that knows where it stands.
///
/// A node has no type of its own: whoever reads it says what it must be (``string()``, ``integer(_:in:)``,
/// ``list()``, ``mapping(_:)``, ...), and the getter throws a ``YAMLError`` with the node's position if it is not. Plain
/// text is never guessed at, so `no` is a word, not false, and `1.10` keeps its zero.
public struct YAMLNode: Sendable {
    /// What a node is made of.
    public enum Shape: String, Hashable, Sendable, CaseIterable {
        /// Text, quoted or not; an empty value is one too.
        case scalar
        /// Keys with values.
        case mapping
        /// Values in order.
        case list
    }

    enum Content: Sendable {
        case scalar(text: String, isPlain: Bool)
        case mapping([YAMLEntry])
        case list([YAMLNode])
    }

    /// Where the value begins.
    public let position: YAMLPosition
    let content: Content

    /// What the node is made of, for a reader that allows more than one shape.
    public var shape: Shape {
        switch content {
        case .scalar: .scalar
        case .mapping: .mapping
        case .list: .list
        }
    }

    /// An error at this node, for a reader that finds a value well-formed but wrong.
    public func error(_ message: String) -> YAMLError { YAMLError(position, message) }

    /// The values of a list, in order.
    public func list() throws(YAMLError) -> [YAMLNode] {
        guard case .list(let nodes) = content else { throw expected("a list") }
        return nodes
    }

    /// The keys and values of a mapping whose keys are the writer's choice, such as names; in order, all different.
    public func entries() throws(YAMLError) -> [YAMLEntry] {
        guard case .mapping(let entries) = content else { throw expected("a mapping") }
        return entries
    }

    /// Reads a mapping whose keys are fixed.
    ///
    /// `read` asks for the keys it knows; a key that it did not ask for is refused when it returns.
    public func mapping<Value: ~Copyable>(
        _ read: (inout YAMLMapping) throws(YAMLError) -> Value
    ) throws(YAMLError) -> Value {
        var mapping = YAMLMapping(position: position, entries: try entries())
        let value = try read(&mapping)
        try mapping.finish()
        return value
    }

    /// The error that this node is not `what`.
    func expected(_ what: String) -> YAMLError { error("expected \(what), found \(summary)") }

    /// The node in a few words, for an error.
    private var summary: String {
        switch content {
        case .scalar("", isPlain: true): "an empty value"
        case .scalar(let text, isPlain: true): "'\(text)'"
        case .scalar(let text, isPlain: false): "the quoted text '\(text)'"
        case .mapping: "a mapping"
        case .list: "a list"
        }
    }
}

/// A key of a mapping and its value.
public struct YAMLEntry: Sendable {
    /// The key; always text.
    public let key: YAMLNode
    /// The value.
    public let value: YAMLNode
    /// The text of the key.
    public let name: String
}
