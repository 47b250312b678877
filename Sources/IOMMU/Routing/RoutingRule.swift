/// The safety rules that routing can know and enforces, by the names that errors, traces and the checker use.
public enum RoutingRule: String, Hashable, Sendable, Codable, CaseIterable {
    /// T=1 reaches private memory only if the TDI is in RUN and the page is its owner's.
    case noTrustedDMAWithoutRun = "no-trusted-dma-without-run"
    /// T=0 never reaches private memory.
    case noUntrustedDMAToPrivate = "no-untrusted-dma-to-private"
    /// In CONFIG_LOCKED and ERROR no memory DMA reaches anything.
    case silentWhenLockedOrFailed = "silent-when-locked-or-failed"
    /// T=0 and T=1 from one TDI only where the profile declares it.
    case noMixedTraffic = "no-mixed-traffic"
    /// A page changes between private and shared only when nothing can reach it by DMA.
    case noConversionUnderDMA = "no-conversion-under-dma"
}
