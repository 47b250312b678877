extension String {
    /// The text in double quotes: quotes and backslashes escaped, line breaks as `\n`. DOT and YAML read it back the same.
    var quoted: String {
        let escaped = map { character in
            switch character {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            default: String(character)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
