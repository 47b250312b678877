internal import Assignment
internal import Emulator
internal import IOMMU
internal import TDISP

/// A device that is recorded at rest, beside what the host says of it: the phase has to be the truth.
struct RestingSight: Sendable {
    let state: AssignmentState
    /// The function as the host has it.
    let view: FunctionView
    /// What it reaches.
    let routes: RoutesView

    /// What is not as the phase says, if anything is.
    var breach: Breach? {
        switch state.phase {
        case .private: privateOperation
        case .attached: attached
        case .available: available
        case .quarantined: nil
        case .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing,
            .detaching, .failed, .recovering, .unknown:
            Breach(.alwaysEnds, "\(view.address) is left in phase \(state.phase.rawValue)")
        }
    }

    private var privateOperation: Breach? {
        guard view.state == .run, routes.trustedStop == nil, routes.trusted.contains(where: \.owner.isPrivate) else {
            let state = view.state?.description ?? "nothing"
            return Breach(
                .alwaysEnds, "\(view.address) is recorded private and answers \(state), or its T=1 does not arrive")
        }
        return nil
    }

    private var attached: Breach? {
        if let state = view.state, state != .configUnlocked {
            return Breach(.alwaysEnds, "\(view.address) is recorded attached and answers \(state)")
        }
        guard view.domain == state.domain else {
            return Breach(.oneOwner, "\(view.address) is recorded attached to a domain that does not hold it")
        }
        return view.standing.isSilent
            ? Breach(.allOrHome, "\(view.address) is recorded attached and its DMA is shut off") : nil
    }

    private var available: Breach? {
        if let state = view.state, state != .configUnlocked {
            return Breach(.alwaysEnds, "\(view.address) is recorded available and answers \(state)")
        }
        guard view.domain == nil else {
            return Breach(.oneOwner, "\(view.address) is recorded available and a domain holds it")
        }
        return view.standing.isSilent
            ? Breach(.allOrHome, "\(view.address) is recorded available and its DMA is shut off") : nil
    }
}

extension FrameOwner {
    fileprivate var isPrivate: Bool {
        switch self {
        case .private: true
        case .host, .shared: false
        }
    }
}
