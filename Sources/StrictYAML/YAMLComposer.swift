internal import Yams

/// Parses `text` and turns the parser's tree into ours, refusing what the strict reader does not take.
func compose(_ text: String, file: String, depth: Int) throws(YAMLError) -> YAMLNode {
    let root: Node?
    do {
        // The basic resolver takes every scalar as text, so `1` and "1" are the same key.
        root = try Yams.compose(yaml: text, .basic, .default, .utf8)
    } catch let error as YamlError {
        throw YAMLError(error, in: text, file: file)
    } catch {
        throw YAMLError(.start(of: file), String(describing: error))
    }
    guard let root else { throw YAMLError(.start(of: file), "no content") }
    return try YAMLNode(root, file: file, depth: depth)
}

extension YAMLNode {
    /// `depth` is the number of levels that are left, this one included.
    fileprivate init(_ node: Node, file: String, depth: Int) throws(YAMLError) {
        position = YAMLPosition(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        guard depth > 0 else { throw YAMLError(position, "nested too deeply") }
        switch node {
        case .scalar(let scalar):
            try refuseTag(scalar.tag, unless: .str, at: position)
            content = .scalar(text: scalar.string, isPlain: scalar.style == .plain)
        case .sequence(let sequence):
            try refuseTag(sequence.tag, unless: .seq, at: position)
            content = .list(
                try sequence.map { value throws(YAMLError) in try YAMLNode(value, file: file, depth: depth - 1) })
        case .mapping(let mapping):
            try refuseTag(mapping.tag, unless: .map, at: position)
            content = .mapping(
                try mapping.map { pair throws(YAMLError) in
                    try YAMLEntry(
                        key: YAMLNode(pair.key, file: file, depth: depth - 1),
                        value: YAMLNode(pair.value, file: file, depth: depth - 1))
                })
        case .alias:
            throw YAMLError(position, "aliases are not supported")
        }
    }
}

extension YAMLEntry {
    fileprivate init(key: YAMLNode, value: YAMLNode) throws(YAMLError) {
        guard key.shape == .scalar else { throw key.expected("a key that is text") }
        self.init(key: key, value: value, name: try key.string())
    }
}

/// `!!int`, `!local` and their like; text in quotes carries the tag `str` without saying so.
private func refuseTag(_ tag: Tag, unless implied: Tag.Name, at position: YAMLPosition) throws(YAMLError) {
    guard [Tag.Name.implicit.rawValue, implied.rawValue].contains(tag.rawValue) else {
        throw YAMLError(position, "tags are not supported, found '\(tag.rawValue)'")
    }
}

extension YAMLError {
    /// The parser's complaint in our form.
    fileprivate init(_ error: YamlError, in text: String, file: String) {
        func at(_ mark: Mark) -> YAMLPosition { YAMLPosition(file: file, line: mark.line, column: mark.column) }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
            self.init(at(mark), problem + place)
        case .reader(let problem, let offset, let value, _):
            let before = text.prefix(offset ?? 0)
            self.init(
                YAMLPosition(after: ArraySlice(before.utf8), in: file),
                "\(problem) (U+\(String(value, radix: 16, uppercase: true)))")
        case .duplicatedKeysInMapping(let duplicates, let context):
            self.init(at(context.mark), "key '\(duplicates.first ?? "")' is given more than once")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            self.init(.start(of: file), String(describing: error))
        }
    }
}
