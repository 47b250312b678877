import PCIe

extension ConfigurationSpace {
    /// A space written by hand: doublewords at their offsets, zeros elsewhere.
    init(registers: KeyValuePairs<Int, UInt32>) {
        self.init()
        for (offset, value) in registers { store(value, at: offset) }
    }
}
