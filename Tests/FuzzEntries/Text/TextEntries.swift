internal import PCIe

/// The text of an input; nil when it is not UTF-8.
func utf8Text(_ input: [UInt8]) -> String? { String(validating: input, as: UTF8.self) }

/// What is accepted is plain ASCII and comes back from its printed form; what is refused is shown in one line.
func fuzzFunctionAddress(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let text = utf8Text(input), let address = try parse(text) else { return }
    try require(text.utf8.allSatisfy { $0 < 0x80 }, "'\(text)' is not ASCII and was accepted")
    try require(text.utf8.count <= "0000:00:00.0".utf8.count, "'\(text)' is too long and was accepted")
    try require(try parse(address.description) == address, "\(address) is not what it prints")
}

private func parse(_ text: String) throws(BrokenInvariant) -> FunctionAddress? {
    do throws(FunctionAddress.ParseError) {
        return try FunctionAddress(parsing: text)
    } catch {
        try require(error.text == text, "the error shows another text")
        try requireOneLine(error.description)
        return nil
    }
}
