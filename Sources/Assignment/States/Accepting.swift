import TDISP

/// The trusted tables are opened and START is on its way.
public struct Accepting: ConversionState {
    static let phase = Phase.accepting
    /// The conversion that this is part of.
    public let conversion: Conversion

    var asState: AssignmentState { .accepting(self) }
    var pending: AssignmentEffect { .accept(lineage.epoch) }
    var expected: Set<TDIState> { [.configLocked, .run] }

    func succeeded() -> AssignmentTransition {
        .enter(.confirming(Confirming(conversion: conversion, step: .bindingGuestDriver)))
    }
}
