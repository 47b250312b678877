/// The registers of one function as its hardware has them: what they hold, and what a write does to each bit.
///
/// A bit of a write is taken (``writable``), clears where it is 1 (``clearable``), only triggers something
/// (``triggers``: reads 0), or is ignored.
public struct FunctionRegisters: Hashable, Sendable {
    /// What reads return. The function itself may change it at any time.
    public var space: ConfigurationSpace
    /// The bits that a write replaces.
    public let writable: ConfigurationSpace
    /// The bits that writing 1 clears.
    public let clearable: ConfigurationSpace
    /// The bits where writing 1 starts something and that read as 0.
    public let triggers: ConfigurationSpace

    /// Creates registers.
    public init(
        space: ConfigurationSpace, writable: ConfigurationSpace, clearable: ConfigurationSpace,
        triggers: ConfigurationSpace
    ) {
        self.space = space
        self.writable = writable
        self.clearable = clearable
        self.triggers = triggers
    }

    /// What base address registers answer to sizing, for ``ConfigurationSpace/baseAddressRegisters(sizing:)``.
    public var sizing: ConfigurationSpace { writable }

    /// Carries out a write. What its triggers start is the function's business.
    public mutating func write(_ write: ConfigurationWrite) {
        let offset = write.doubleword
        let taken = writable.uint32(at: offset) & write.laneMask
        let cleared = clearable.uint32(at: offset) & write.laneValue
        let new = (space.uint32(at: offset) & ~taken | write.laneValue & taken) & ~cleared
        space.store(new, at: offset)
    }

    /// What the write would change of the registers that a locked TDI watches; nil: nothing. To be asked before the write
    /// is carried out.
    public func trackedChange(by write: ConfigurationWrite) -> TrackedChange? {
        let offset = write.doubleword
        let taken = (writable.uint32(at: offset) | triggers.uint32(at: offset)) & write.laneMask
        let value = space.uint32(at: offset) & ~taken | write.laneValue & taken
        return space.trackedChange(by: ConfigurationWrite(aligned: offset, width: .doubleword, value: value))
    }
}
