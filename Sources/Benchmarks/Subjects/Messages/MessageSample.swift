/// A message that is decoded and encoded: its name, its bytes, and whether it carries bytes or entries of its own number.
struct MessageSample {
    let name: String
    let bytes: [UInt8]
    let isFixedSize: Bool
    /// Decodes once or many times; throws what the decoder throws.
    let decode: (_ bytes: [UInt8], _ times: Int) throws -> Void
    /// Encodes so often and gives the bytes.
    let encode: (_ times: Int) -> [UInt8]
}

/// Does something so often; gives the last result.
func repeated(_ times: Int, _ body: () -> [UInt8]) -> [UInt8] {
    var last: [UInt8] = []
    for _ in 0..<times {
        last = body()
        blackHole(last)
    }
    return last
}
