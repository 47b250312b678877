import TDISP

/// LOCK is on its way. No DMA may reach memory from here until private operation is being confirmed.
public struct Locking: ConversionState {
    static let phase = Phase.locking
    /// The conversion that this is part of.
    public let conversion: Conversion

    var asState: AssignmentState { .locking(self) }
    var pending: AssignmentEffect { .lock(lineage.epoch) }
    var expected: Set<TDIState> { [.configUnlocked, .configLocked] }

    func succeeded() -> AssignmentTransition { .enter(.locked(Locked(conversion: conversion))) }
}
