/// JSON text that is written from front to back, and takes only what may stand next.
///
/// What Codable cannot rule out (a container that is written to after its parent went on, a second value in one place) is
/// noticed and makes the text void.
final class JSONStream {
    /// An object or a list that is still open. The number tells it from another one opened in its place later.
    struct Scope: Equatable {
        let depth: Int
        let number: Int
    }

    private struct Open {
        let scope: Scope
        let closing: UInt8
        var isEmpty = true
    }

    private var bytes: [UInt8] = []
    private var open: [Open] = []
    private var opened = 0
    private var awaitsValue = true
    private var isVoid = false

    init() { bytes.reserveCapacity(2048) }

    /// The text, with everything closed; nil when something was written where it could not stand.
    func finish() -> String? {
        close(to: 0)
        return isVoid || awaitsValue ? nil : String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Values

    /// Begins an object or a list where a value may stand.
    func begin(_ opening: Unicode.Scalar, _ closing: Unicode.Scalar) -> Scope {
        take(UInt8(ascii: opening))
        opened += 1
        let scope = Scope(depth: open.count, number: opened)
        open.append(Open(scope: scope, closing: UInt8(ascii: closing)))
        return scope
    }

    /// Writes a number, `true`, `false` or `null`.
    func write(literal text: String) {
        expectValue()
        bytes += text.utf8
    }

    /// Writes a string: quotes, backslashes and control characters are escaped, all else is UTF-8 as it is (RFC 8259, 7).
    func write(string text: String) {
        take(UInt8(ascii: "\""))
        if text.utf8.contains(where: \.needsEscape) { writeEscaped(text) } else { bytes += text.utf8 }
        bytes.append(UInt8(ascii: "\""))
    }

    private func writeEscaped(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
    }

    // MARK: Places

    /// The value of `key` follows.
    func key(_ key: String, of scope: Scope) {
        element(of: scope)
        write(string: key)
        bytes.append(UInt8(ascii: ":"))
        awaitsValue = true
    }

    /// The next element of a list, or the next key of an object, follows.
    func element(of scope: Scope) {
        close(to: scope.depth + 1)
        guard open.last?.scope == scope, !awaitsValue else { return isVoid = true }
        if !open[scope.depth].isEmpty { bytes.append(UInt8(ascii: ",")) }
        open[scope.depth].isEmpty = false
        awaitsValue = true
    }

    private func close(to depth: Int) {
        while open.count > depth { bytes.append(open.removeLast().closing) }
    }

    private func take(_ byte: UInt8) {
        expectValue()
        bytes.append(byte)
    }

    private func expectValue() {
        if !awaitsValue { isVoid = true }
        awaitsValue = false
    }
}

extension UInt8 {
    fileprivate var needsEscape: Bool { self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }
}
