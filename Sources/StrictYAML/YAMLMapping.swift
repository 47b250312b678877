/// A mapping while it is read: hands out values by key and remembers which keys were asked for.
///
/// Reached through ``YAMLNode/mapping(_:)``, which refuses what was not asked for when the reader is done.
public struct YAMLMapping: ~Copyable {
    /// Where the mapping begins.
    public let position: YAMLPosition
    private let entries: [YAMLEntry]
    private var known: [String] = []

    init(position: YAMLPosition, entries: [YAMLEntry]) {
        self.position = position
        self.entries = entries
    }

    /// An error at the mapping, for a reader that finds its values in contradiction.
    public func error(_ message: String) -> YAMLError { YAMLError(position, message) }

    /// The value of `key`, or nil when the key is not there. A key without a value is there, and no getter accepts it.
    public mutating func optional(_ key: String) -> YAMLNode? {
        ask(for: key)
        return entries.first { $0.name == key }?.value
    }

    /// The value of `key`. Throws when the key is not there, pointing at a key that looks like a misspelling of it.
    public mutating func required(_ key: String) throws(YAMLError) -> YAMLNode {
        if let node = optional(key) { return node }
        guard let misspelled = closest(to: key, among: unknown.map(\.name)),
            let entry = entries.first(where: { $0.name == misspelled })
        else { throw error("missing key '\(key)'") }
        throw error("missing key '\(key)'; is '\(misspelled)' in line \(entry.key.position.line) meant to be it?")
    }

    /// The one entry whose key is among `keys`, for a mapping that is named by its key.
    ///
    /// Throws when none of the keys or more than one of them is there.
    public mutating func one(of keys: [String]) throws(YAMLError) -> YAMLEntry {
        keys.forEach { ask(for: $0) }
        let present = entries.filter { keys.contains($0.name) }
        guard let first = present.first else {
            if let misspelled = unknown.first(where: { closest(to: $0.name, among: keys) != nil }) {
                throw refusal(of: misspelled)
            }
            throw error("expected one of the keys \(keys.joined(separator: ", "))")
        }
        guard present.count == 1 else {
            throw present[1].key.error("'\(present[1].name)' cannot stand beside '\(first.name)'")
        }
        known.removeAll { keys.contains($0) && $0 != first.name }
        return first
    }

    /// Throws at the first key that nobody asked for.
    func finish() throws(YAMLError) {
        if let stranger = unknown.first { throw refusal(of: stranger) }
    }

    private mutating func ask(for key: String) {
        if !known.contains(key) { known.append(key) }
    }

    private var unknown: [YAMLEntry] { entries.filter { !known.contains($0.name) } }

    private func refusal(of entry: YAMLEntry) -> YAMLError {
        let absent = known.filter { name in !entries.contains { $0.name == name } }
        if let guess = closest(to: entry.name, among: absent) {
            return entry.key.error("unknown key '\(entry.name)'; did you mean '\(guess)'?")
        }
        return entry.key.error("unknown key '\(entry.name)'; the keys here are \(known.joined(separator: ", "))")
    }
}
