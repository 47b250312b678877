/// The text of an input; nil when it is not UTF-8.
func utf8Text(_ input: [UInt8]) -> String? { String(validating: input, as: UTF8.self) }

/// Throws unless `text`, which is shown to an operator, is one line that does nothing to a terminal.
func requireOneLine(_ text: String) throws(BrokenInvariant) {
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator:
            throw BrokenInvariant("an error's text has a control character: \(text.debugDescription)")
        default: break
        }
    }
}
