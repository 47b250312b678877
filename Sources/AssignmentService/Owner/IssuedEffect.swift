import Assignment
import PCIe

/// An effect that a step of a TDI asked for.
struct IssuedEffect {
    let tdi: FunctionAddress
    let effect: AssignmentEffect
    /// Its claim to be heard: the number of the effect among those issued for the TDI. The outcome of an effect behind which
    /// another was issued is too late to matter, even where the state waits for an effect of the same name.
    let ticket: UInt64
    /// A cut is on its way as soon as it is issued.
    let cut: Task<EffectReport, Never>?

    var isCut: Bool { effect.name == .cut }
}

/// An effect that has ended, in the platform's words.
struct EndedEffect {
    let name: EffectName
    let report: EffectReport
}
