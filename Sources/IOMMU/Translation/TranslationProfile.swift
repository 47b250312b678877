public import PCIe

/// How a platform routes DMA: whose tables translate which T value, and what each gate lets pass.
///
/// The only place that knows platforms apart; everything behind it is the same for all.
public struct TranslationProfile: Hashable, Sendable {
    /// Which kind of table.
    public enum Tables: String, Hashable, Sendable, Codable, CaseIterable {
        /// The host's.
        case host
        /// The TSM's.
        case trusted
    }

    /// The name that an operator knows it by.
    public let name: String
    /// What translates T=0; nil: every T=0 memory request faults.
    public let untrusted: Tables?
    /// What translates T=1; nil: every T=1 memory request faults.
    public let trusted: Tables?

    package init(name: String, untrusted: Tables?, trusted: Tables?) {
        self.name = name
        self.untrusted = untrusted
        self.trusted = trusted
    }

    /// The emulated platform: no vIOMMU, second stage only; T=0 by the host's tables, T=1 by trusted ones; nothing shared
    /// after conversion.
    public static let emulated = Self(name: "emulated", untrusted: .host, trusted: .trusted)

    /// What translates a T value; nil: nothing.
    public func tables(for tBit: TBit) -> Tables? {
        switch tBit {
        case .untrusted: untrusted
        case .trusted: trusted
        }
    }

    /// What a gate lets DMA with a T value do.
    public func permit(_ gate: DMAGate, _ tBit: TBit) -> Permit {
        switch (gate, tBit) {
        case (.ordinary, .untrusted): .reach(.host)
        case (.sharedOnly(let domain), .untrusted): .reach(.shared(domain))
        case (.privateOnly(let domain), .trusted): .reach(.private(domain))
        case (.ordinary, .trusted), (.sharedOnly, .trusted): .refuse(.noTrustedDMAWithoutRun)
        case (.privateOnly, .untrusted): .refuse(.noMixedTraffic)
        case (.silent, .untrusted), (.silent, .trusted): .refuse(.silentWhenLockedOrFailed)
        }
    }

    /// What DMA may do, before any table is looked at.
    public enum Permit: Hashable, Sendable {
        /// It may reach frames of this owner, and no others.
        case reach(FrameOwner)
        /// It may reach nothing, by this rule.
        case refuse(RoutingRule)
    }
}
