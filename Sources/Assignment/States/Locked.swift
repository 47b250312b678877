import TDISP

/// CONFIG_LOCKED, and the evidence of this epoch is being collected under a fresh nonce.
public struct Locked: ConversionState {
    static let phase = Phase.locked
    /// The conversion that this is part of.
    public let conversion: Conversion

    var asState: AssignmentState { .locked(self) }
    var pending: AssignmentEffect { .collectEvidence(lineage.epoch) }
    var expected: Set<TDIState> { [.configLocked] }

    func succeeded() -> AssignmentTransition { .enter(.attesting(Attesting(conversion: conversion))) }
}
