import TDISP

/// RUN was answered: the guest's driver may bind, and a probe has to show that private operation is real.
public struct Confirming: ConversionState {
    static let phase = Phase.confirming

    /// What is under way.
    public enum Step: String, Hashable, Sendable, Codable, CaseIterable {
        case bindingGuestDriver, probing
    }

    /// The conversion that this is part of.
    public let conversion: Conversion
    /// What is under way.
    public let step: Step

    var asState: AssignmentState { .confirming(self) }
    var expected: Set<TDIState> { [.run] }

    var pending: AssignmentEffect {
        switch step {
        case .bindingGuestDriver: .bindGuestDriver
        case .probing: .probePrivate
        }
    }

    func succeeded() -> AssignmentTransition {
        switch step {
        case .bindingGuestDriver: .enter(.confirming(Confirming(conversion: conversion, step: .probing)))
        case .probing: .enter(.private(Private(lineage: lineage, owner: conversion.domain)))
        }
    }
}
