/// Runs `body`, and cancels it when it takes longer than `duration`. Throws ``TransportError``: `overdue` then, else what
/// the body throws.
func within<Value: Sendable>(
    _ duration: Duration, _ body: @escaping @Sendable () async throws(TransportError) -> Value
) async throws(TransportError) -> Value {
    let result = await withTaskGroup(of: Result<Value, TransportError>.self) { group in
        group.addTask { await outcome(of: body) }
        group.addTask {
            do { try await Task.sleep(for: duration) } catch { return .failure(.ended) }
            return .failure(.overdue(duration))
        }
        defer { group.cancelAll() }
        return await group.next() ?? .failure(.ended)
    }
    return try result.get()
}

private func outcome<Value>(
    of body: @Sendable () async throws(TransportError) -> Value
) async -> Result<Value, TransportError> {
    do throws(TransportError) {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}
