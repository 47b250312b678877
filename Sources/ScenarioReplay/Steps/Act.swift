internal import Assignment
internal import Emulator
internal import IOMMU
internal import PCIe

/// What a step does.
enum Act: Hashable, Sendable {
    case convert(ConvertAct)
    case release(Place, to: Rest, takeSiblings: Bool)
    case recover(Place, RecoveryRequest)
    /// Ends the connection of a device's DSM.
    case disconnect(Place, force: Bool)
    /// Looks at all preconditions of a conversion and changes nothing.
    case plan(Place, DomainID)
    /// The owner asks the platform what it noticed.
    case notices(Place)
    /// The owner is told of something that was noticed elsewhere.
    case observe(Place, Observation)
    /// The owner asks the device for its state.
    case confirm(Place)
    /// A new manager starts over the same journal and brings this function to rest.
    case restart(Place)
    /// A fault is put into its place.
    case inject(InjectedFault)
    /// Something happens on the host.
    case event(HostEvent)
    /// Time passes, and workloads run.
    case advance(nanoseconds: UInt64)
    /// A function makes one DMA.
    case dma(DMAAct)
    /// A function sends one interrupt, as its device would, or with this T bit.
    case interrupt(Place, TBit?)
    /// A function makes one DMA to another's memory, as its device would, or with this T bit.
    case peer(Place, to: Place, TBit?)
    /// Nothing is done; the function is looked at.
    case check(Place)

    /// The acts as a scenario file spells them.
    enum Name: String, CaseIterable, Sendable {
        case convert, release, recover, disconnect, plan, notices, observe, confirm, restart, inject, event, advance,
            dma, interrupt, peer, check
    }

    /// The act's name.
    var name: Name {
        switch self {
        case .convert: .convert
        case .release: .release
        case .recover: .recover
        case .disconnect: .disconnect
        case .plan: .plan
        case .notices: .notices
        case .observe: .observe
        case .confirm: .confirm
        case .restart: .restart
        case .inject: .inject
        case .event: .event
        case .advance: .advance
        case .dma: .dma
        case .interrupt: .interrupt
        case .peer: .peer
        case .check: .check
        }
    }

    /// The function that it is about, if it is about one.
    var place: Place? {
        switch self {
        case .convert(let act): act.place
        case .dma(let act): act.place
        case .release(let place, _, _), .recover(let place, _), .disconnect(let place, _), .plan(let place, _),
            .notices(let place), .observe(let place, _), .confirm(let place), .restart(let place),
            .interrupt(let place, _),
            .peer(let place, _, _), .check(let place):
            place
        case .inject, .event, .advance: nil
        }
    }

    /// Whether it needs a manager that lives.
    var needsManager: Bool {
        switch self {
        case .convert, .release, .recover, .disconnect, .plan, .notices, .observe, .confirm: true
        case .restart, .inject, .event, .advance, .dma, .interrupt, .peer, .check: false
        }
    }
}

/// A function and the DSM that speaks for it.
struct Place: Hashable, Sendable {
    let function: FunctionAddress
    /// Function 0 of its device.
    let dsm: FunctionAddress
}

/// A conversion as an operator orders it.
struct ConvertAct: Hashable, Sendable {
    let place: Place
    let domain: DomainID
    let orders: StandingOrders
    /// Whether the plan is left out, so that what it would have found is met by the engine and the device.
    let isUnplanned: Bool
}

/// One DMA.
struct DMAAct: Hashable, Sendable {
    let place: Place
    let tBit: TBit
    let address: UInt64
    let access: DMAAccess
}

/// An effect that reaches a platform, by the name that scenario files give it.
struct PlatformEffect: Hashable, Sendable {
    let name: EffectFault.Name

    /// All of them: those of assignments that owners do not answer themselves, and those of connections.
    static let all: [PlatformEffect] =
        EffectName.allCases.filter(\.reachesPlatform).map { PlatformEffect(name: .assignment($0)) }
        + ConnectionEffectName.allCases.filter(\.reachesPlatform).map { PlatformEffect(name: .connection($0)) }

    /// Its name.
    var word: String {
        switch name {
        case .assignment(let name): name.rawValue
        case .connection(let name): name.rawValue
        }
    }
}

extension EffectName {
    /// Whether a platform carries it out; the others are answered by the owner.
    fileprivate var reachesPlatform: Bool {
        switch self {
        case .none, .refuse, .requireConnection, .appraise, .rekey: false
        case .releaseHostDriver, .attach, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock,
            .collectEvidence, .reconfirm, .accept, .bindGuestDriver, .probePrivate, .cut, .askState, .stop, .reset,
            .compareIdentity, .adoptIdentity, .pause, .restoreConfiguration, .proveReturn, .restoreMappings, .detach,
            .returnHostDriver:
            true
        }
    }
}

extension ConnectionEffectName {
    /// Whether a platform carries it out.
    fileprivate var reachesPlatform: Bool {
        switch self {
        case .connect, .disconnect, .refreshKeys: true
        case .none, .refuse, .announce: false
        }
    }
}
