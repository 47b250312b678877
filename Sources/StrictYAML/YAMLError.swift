/// A place in a file, as editors and compilers print it: `file:line:column`.
public struct YAMLPosition: Hashable, Sendable, CustomStringConvertible {
    /// The file's name as it was given to the reader.
    public let file: String
    /// Line, counted from 1.
    public let line: Int
    /// Column in Unicode scalars, counted from 1.
    public let column: Int

    /// Creates a position.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`; control characters in the name are escaped, because one file may name another.
    public var description: String { "\(file.onOneLine):\(line):\(column)" }
}

/// Why a file was refused, and where. A problem with the file as a whole stands at 1:1.
public struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where the problem is.
    public let position: YAMLPosition
    /// What is wrong and, where it is known, what would be right; one line.
    public let message: String

    /// Creates an error. Messages quote the file, so control characters are escaped.
    public init(_ position: YAMLPosition, _ message: String) {
        self.position = position
        self.message = message.onOneLine
    }

    /// `file:line:column: message`.
    public var description: String { "\(position): \(message)" }
}

extension String {
    /// The text with what would end a line, or act on a terminal, escaped as Swift writes it.
    fileprivate var onOneLine: String {
        unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
            default: line.unicodeScalars.append(scalar)
            }
        }
    }
}
