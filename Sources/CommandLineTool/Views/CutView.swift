internal import IOMMU

/// One of a platform's cuts, as plans and tables of platforms have it.
struct CutView: Encodable {
    let means: String
    let takes: String
    let needs: String
    let source: String

    init(_ cut: PlatformCut) {
        means = cut.means.rawValue
        takes = cut.takes.rawValue
        needs = cut.needs.rawValue
        source = cut.source.rawValue
    }
}

extension PlatformCut {
    /// For example `stream disabled at the root port (takes all TDIs of the DSM, needs nobody)`.
    var sentence: String { "\(means.rawValue) (takes \(takes.rawValue), needs \(needs.rawValue))" }
}

/// The cuts of a platform, in their order.
struct PlatformCutsView: Encodable {
    let platform: String
    let cuts: [CutView]

    init(_ platform: PlatformProfile) {
        self.platform = platform.rawValue
        cuts = platform.cuts.map(CutView.init)
    }
}
