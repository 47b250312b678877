internal import TDISP
internal import WireBytes

/// A request that is accepted is written with its length and reads the same again.
func fuzzTDISPRequest(_ input: [UInt8]) throws(BrokenInvariant) {
    let header = try accepted(input, TDISPHeader.decode)
    guard let request = try accepted(input, TDISPRequest.decode) else { return }
    guard let header else { throw BrokenInvariant("a request without header was accepted") }
    try require(request.type == header.type, "the type \(request.type) is not the header's \(header.type)")
    let written = request.encoded(to: header.interfaceID, version: header.version)
    try require(written.count == input.count, "\(input.count) bytes were read, \(written.count) written")
    try require(try accepted(written, TDISPRequest.decode) == request, "the request changed in writing")
    try require(try accepted(written, TDISPHeader.decode) == header, "the header changed in writing")
}

/// A response that is accepted is written with its length and reads the same again.
func fuzzTDISPResponse(_ input: [UInt8]) throws(BrokenInvariant) {
    let header = try accepted(input, TDISPHeader.decode)
    guard let response = try accepted(input, TDISPResponse.decode) else { return }
    guard let header else { throw BrokenInvariant("a response without header was accepted") }
    try require(response.type == header.type, "the type \(response.type) is not the header's \(header.type)")
    let written = response.encoded(from: header.interfaceID, version: header.version)
    try require(written.count == input.count, "\(input.count) bytes were read, \(written.count) written")
    try require(try accepted(written, TDISPResponse.decode) == response, "the response changed in writing")
    try require(try accepted(written, TDISPHeader.decode) == header, "the header changed in writing")
}

/// A report that is accepted is written with its length, reads the same again, and its portions add up to it.
func fuzzInterfaceReport(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let report = try accepted(input, InterfaceReport.decode) else { return }
    let written = report.encoded()
    try require(report.byteCount == input.count, "byteCount \(report.byteCount) of \(input.count) bytes")
    try require(written.count == input.count, "\(input.count) bytes were read, \(written.count) written")
    try require(try accepted(written, InterfaceReport.decode) == report, "the report changed in writing")
    for range in report.ranges {
        try require(
            range.contains(page: range.firstPage, count: range.pageCount) == (range.pageCount > 0),
            "\(range) does not hold its own pages")
    }
    guard written.count <= InterfaceReport.maximumByteCount else { return }
    // An odd length leaves a rest; a third needs more than one portion.
    let length = UInt16(truncatingIfNeeded: written.count / 3 | 1)
    var assembled: [UInt8] = []
    while let portion = report.portion(
        InterfaceReportQuery(offset: UInt16(truncatingIfNeeded: assembled.count), length: length))
    {
        try require(!portion.bytes.isEmpty && portion.bytes.count <= Int(length), "a portion of another length")
        assembled += portion.bytes
        try require(Int(portion.remainder) == written.count - assembled.count, "a wrong REMAINDER_LENGTH")
        if portion.remainder == 0 { break }
    }
    try require(assembled == written, "the portions do not add up to the report")
}
