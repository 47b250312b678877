/// An address as the texts of this target show it: `0x`, lower case, no leading zeros.
func hexAddress(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }
