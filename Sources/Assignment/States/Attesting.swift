import TDISP

/// The owner judges the evidence of this epoch.
public struct Attesting: ConversionState {
    static let phase = Phase.attesting
    /// The conversion that this is part of.
    public let conversion: Conversion

    var asState: AssignmentState { .attesting(self) }
    var pending: AssignmentEffect { .appraise(lineage.epoch) }
    var expected: Set<TDIState> { [.configLocked] }

    func succeeded() -> AssignmentTransition { .enter(.attested(Attested(conversion: conversion))) }
}
