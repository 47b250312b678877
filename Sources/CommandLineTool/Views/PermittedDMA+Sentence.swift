internal import Assignment

extension AssignmentState {
    /// What DMA of the device may reach memory at most; nil: nobody knows, as no cut is confirmed.
    var permittedDMA: PermittedDMA? {
        switch self {
        case .quarantined(let put): put.reason == .cutUnconfirmed ? nil : phase.permittedDMA
        case .unknown: nil
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
            .confirming, .private, .releasing, .detaching, .failed, .recovering:
            phase.permittedDMA
        }
    }

    /// The same in a word of ours.
    var permittedDMAWord: String { permittedDMA?.rawValue ?? "unknown" }

    /// The same in a sentence.
    func permittedDMASentence(domain: String) -> String {
        permittedDMA?.sentence(domain: domain)
            ?? "no cut is confirmed: take it that its DMA still reaches all memory that it ever reached"
    }
}

extension PermittedDMA {
    fileprivate func sentence(domain: String) -> String {
        switch self {
        case .hostOwn: "its DMA may reach what the host's driver maps (T=0)"
        case .sharedPages: "its DMA may reach shared pages of \(domain) (T=0)"
        case .privatePages: "its DMA may reach private pages of \(domain) (T=1), and what its platform declares"
        case .none: "none of its DMA may reach memory"
        }
    }
}
