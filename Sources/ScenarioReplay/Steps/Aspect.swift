internal import Assignment
internal import TDISP

/// What can be looked at after a step. Its name is the key of an expectation.
enum Aspect: String, CaseIterable, Sendable {
    // Of an act

    /// How it ended.
    case end
    /// Why it was refused, or why the device was put away.
    case reason
    /// The safety rule that a refusal or a fault names.
    case rule
    /// The preconditions that stand in the way.
    case blocked
    /// The first thing that went wrong.
    case trouble
    /// Part of the platform's words about it.
    case says
    /// Why the engine left the straight path.
    case cause
    /// Every effect that started, in order.
    case effects
    /// Effects that started in this order, others among them.
    case effectsInOrder = "effects-in-order"
    /// Effects that did not start.
    case noEffects = "no-effects"
    /// What was noticed, in order.
    case noticed
    /// How many requests of a kind were sent to the device.
    case sent

    // Of a function

    /// The phase that the manager recorded.
    case phase
    /// The TDISP state that the device's own machine is in.
    case state
    /// The last lock epoch.
    case epoch
    /// The domain that the manager recorded.
    case owner
    /// Whether new stream keys are owed before the owner may change.
    case rekeyOwed = "rekey-owed"
    /// What the manager makes of all that was noticed about it.
    case suspicion
    /// The domain that the hypervisor says holds it.
    case hostdev
    /// What the domain's metadata says about it.
    case binding
    /// The host driver that is bound.
    case driver
    /// Whether the guest's driver is bound.
    case guestDriver = "guest-driver"
    /// The state of its device's connection as the manager recorded it.
    case connection
    /// The stream between its device and the root port.
    case stream
    /// What T=0 DMA reaches, if the device sends it or not.
    case t0
    /// What T=1 DMA reaches.
    case t1
    /// How many translations its device holds for it.
    case translations
    /// The functions that it is bound to for peer-to-peer traffic.
    case peers
    /// What holds the first pending conversion of its domain's pages.
    case conversion

    // Of an event

    /// Why it did not happen.
    case refused

    // Of a DMA

    /// Whose memory it reached.
    case reaches
    /// The host physical address that it reached first.
    case physical
    /// The check that stopped it.
    case stoppedBy = "stopped-by"
    /// Whether an interrupt or a DMA to a peer was delivered.
    case delivered

    static let ofFunction: [Aspect] = [
        .phase, .state, .reason, .epoch, .owner, .rekeyOwed, .suspicion, .hostdev, .binding, .driver, .guestDriver,
        .connection, .stream, .t0, .t1, .translations, .peers, .conversion,
    ]
    private static let ofManager: [Aspect] = [
        .trouble, .says, .cause, .effects, .effectsInOrder, .noEffects, .noticed, .sent,
    ]

    /// What can be looked at after an act.
    static func after(_ act: Act.Name) -> [Aspect] {
        switch act {
        case .convert, .release, .recover: [.end, .rule, .blocked] + ofManager + ofFunction
        case .restart: [.end, .rule] + ofManager + ofFunction
        case .disconnect:
            [.end, .rule, .blocked, .says] + ofManager.filter { $0 != .trouble && $0 != .says } + ofFunction
        case .plan: [.end, .blocked]
        case .notices, .observe, .confirm: ofManager.filter { $0 != .trouble && $0 != .says } + ofFunction
        case .event: [.refused]
        case .inject, .advance: []
        case .dma: [.reaches, .physical, .stoppedBy, .rule]
        case .interrupt, .peer: [.delivered, .stoppedBy]
        case .check: ofFunction
        }
    }
}
