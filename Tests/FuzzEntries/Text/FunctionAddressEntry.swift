internal import PCIe

/// What is accepted is plain ASCII, prints the same numbers and comes back from that; what is refused is shown in one line.
func fuzzFunctionAddress(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let text = utf8Text(input), let address = try parse(text) else { return }
    try require(text.utf8.allSatisfy { $0 < 0x80 }, "'\(text)' is not ASCII and was accepted")
    try require(text.utf8.count <= "0000:00:00.0".utf8.count, "'\(text)' is too long and was accepted")
    try require(numbers(address.description).suffix(numbers(text).count) == numbers(text)[...], "\(address) of \(text)")
    try require(try parse(address.description) == address, "\(address) is not what it prints")
}

private func numbers(_ text: String) -> [UInt16?] {
    text.split { $0 == ":" || $0 == "." }.map { UInt16($0, radix: 16) }
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
