internal import Foundation

/// How much a file may ask of its reader.
public struct YAMLLimits: Hashable, Sendable {
    /// Largest file in bytes.
    public var byteCount: Int
    /// Deepest nesting; a list of words is two deep.
    public var depth: Int

    /// Creates limits; the defaults are far above what a person writes.
    public init(byteCount: Int = 4 << 20, depth: Int = 32) {
        self.byteCount = byteCount
        self.depth = depth
    }
}

extension YAMLNode {
    /// Reads a file.
    ///
    /// Throws ``YAMLError`` when the file cannot be read or is not UTF-8, and as ``init(parsing:file:limits:)``.
    public init(contentsOfFile path: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) {
        let bytes: [UInt8]
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            bytes = [UInt8](try file.read(upToCount: limits.byteCount + 1) ?? Data())
        } catch {
            let cause = (error as? CocoaError)?.underlying as NSError?
            throw YAMLError(.start(of: path), "cannot be read: \(cause?.localizedFailureReason ?? "\(error)")")
        }
        let text: String
        do throws(UTF8.ValidationError) {
            text = String(copying: try UTF8Span(validating: bytes.span))
        } catch {
            // A character that the size limit cuts in two is the limit's business.
            guard bytes.count <= limits.byteCount else { throw limits.sizeError(path) }
            throw YAMLError(YAMLPosition(after: bytes[..<error.byteOffsets.lowerBound], in: path), "not UTF-8")
        }
        try self.init(parsing: text, file: path, limits: limits)
    }

    /// Reads YAML text; `file` is the name that errors show.
    ///
    /// Throws ``YAMLError`` for text that is not one YAML document, is larger or deeper than `limits`, gives a key twice,
    /// or uses anchors, aliases, tags, or keys that are not text: none of them helps the person who reads the file.
    public init(parsing text: String, file: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) {
        guard text.utf8.count <= limits.byteCount else { throw limits.sizeError(file) }
        try refuseAnchors(in: Array(text.utf8), file: file)
        self = try compose(text, file: file, depth: limits.depth)
    }
}

extension YAMLLimits {
    fileprivate func sizeError(_ file: String) -> YAMLError {
        YAMLError(.start(of: file), "larger than \(byteCount) bytes")
    }
}

/// Refuses `&name` wherever it could be an anchor, before a parser sees it.
///
/// An alias costs a few bytes and may stand for any amount of data, so its expansion must not begin. `&` does not begin
/// an anchor directly behind a letter or digit, nor in front of a character that no name begins with.
private func refuseAnchors(in bytes: [UInt8], file: String) throws(YAMLError) {
    func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
    for index in bytes.indices.dropLast() where bytes[index] == UInt8(ascii: "&") {
        if index > 0, isLetterOrDigit(bytes[index - 1]) { continue }
        let next = bytes[index + 1]
        guard isLetterOrDigit(next) || next == UInt8(ascii: "_") || next == UInt8(ascii: "-") else { continue }
        throw YAMLError(
            YAMLPosition(after: bytes[..<index], in: file),
            "'&' in front of a name is an anchor, which is not supported; write the value again where it is needed")
    }
}

extension YAMLPosition {
    /// The position that stands for a file as a whole.
    static func start(of file: String) -> YAMLPosition { YAMLPosition(file: file, line: 1, column: 1) }

    /// The position behind `bytes`, the beginning of `file`, which are UTF-8.
    init(after bytes: ArraySlice<UInt8>, in file: String) {
        let line = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let column = line.last.map { String(decoding: $0, as: UTF8.self).unicodeScalars.count } ?? 0
        self.init(file: file, line: max(line.count, 1), column: column + 1)
    }
}
