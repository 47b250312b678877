/// An address as texts show it: `0x`, lower case, no leading zeros.
package func hexAddress(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }

/// A range of addresses in that form: `0x1000..<0x3000`.
func hexRange(_ range: Range<UInt64>) -> String {
    "\(hexAddress(range.lowerBound))..<\(hexAddress(range.upperBound))"
}
