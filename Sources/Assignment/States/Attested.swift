import TDISP

/// The evidence was accepted; the device is asked once more that nothing changed since.
public struct Attested: ConversionState {
    static let phase = Phase.attested
    /// The conversion that this is part of.
    public let conversion: Conversion

    var asState: AssignmentState { .attested(self) }
    var pending: AssignmentEffect { .reconfirm(lineage.epoch) }
    var expected: Set<TDIState> { [.configLocked] }

    func succeeded() -> AssignmentTransition { .enter(.accepting(Accepting(conversion: conversion))) }
}
