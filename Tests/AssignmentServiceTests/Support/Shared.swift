import Synchronization

/// A value that several tasks see.
final class Shared<Value: Sendable>: Sendable {
    private let content: Mutex<Value>

    init(_ value: Value) { content = Mutex(value) }

    var value: Value { content.withLock { $0 } }

    func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        content.withLock { value in
            var copy = value
            defer { value = copy }
            return body(&copy)
        }
    }
}
