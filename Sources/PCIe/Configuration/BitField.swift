extension UInt32 {
    /// The `count` bits from bit `low` upwards, as a number.
    func bits(_ low: UInt32, _ count: UInt32) -> UInt32 { self >> low & (1 << count - 1) }

    /// This number with those bits replaced by the low bits of `value`.
    func replacing(_ low: UInt32, _ count: UInt32, with value: UInt32) -> UInt32 {
        let mask: UInt32 = (1 << count - 1) << low
        return self & ~mask | value << low & mask
    }
}
