internal import ArgumentParser
internal import IOMMU
internal import PCIe

/// The platforms whose tables are asked for.
struct PlatformArgument {
    let profiles: [RoutingProfile]

    /// A platform's name, a platform and a kind of vIOMMU behind a slash, or `all`.
    static func parse(_ text: String) throws -> Self {
        if text == "all" { return Self(profiles: RoutingProfile.all) }
        do throws(RoutingProfileError) {
            return Self(profiles: [try RoutingProfile(named: text)])
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func show(as format: OutputFormat) {
        let views = profiles.map(PlatformView.init)
        if format == .json { return Console.outJSON("PlatformList", views) }
        Console.out(views.map(\.text).joined(separator: "\n"))
    }
}

/// What a platform lets through: the very cells that DMA is routed by.
struct PlatformView: Encodable {
    let platform: String
    let guards: String
    let vTOM: String?
    let mixed: Bool
    let cuts: [CutView]
    let dma: [Row]
    let requests: [Row]

    /// What is said of one kind of traffic in one state with one T value, and where that is written.
    struct Row: Encodable {
        let what: String
        let state: String
        let t: Int
        let passes: String
        let source: String
    }

    init(_ profile: RoutingProfile) {
        platform = "\(profile)"
        guards = "\(profile.ownership)"
        vTOM = profile.vTOM.map(Bytes.hex)
        mixed = profile.declaresMixedTraffic
        cuts = profile.platform.cuts.map(CutView.init)
        let places = Standing.allCases.flatMap { standing in TBit.allCases.map { (standing, $0) } }
        let trusted = places.map { standing, tBit in
            let cell = profile.cell(standing, tBit)
            return Row(Self.dma, standing, tBit, "\(cell)", cell.source)
        }
        let others = places.compactMap { standing, tBit -> Row? in
            let cell = profile.cell(standing, tBit, canBeTrusted: false)
            guard cell != profile.cell(standing, tBit) else { return nil }
            return Row(Self.dmaWithoutTDISP, standing, tBit, "\(cell)", cell.source)
        }
        dma = trusted + others
        requests = RequestKind.allCases.flatMap { kind in
            places.map { standing, tBit in
                let cell = profile.cell(kind, standing, tBit)
                return Row("\(kind.rawValue)", standing, tBit, "\(cell)", cell.source)
            }
        }
    }

    private static let dma = "DMA"
    private static let dmaWithoutTDISP = "DMA without TDISP"

    /// The table of DMA, a line for each state and T value; the other requests, by what is said of them; and the cuts.
    var text: String {
        var table = TextTable("  state", "T", "DMA reaches", "source")
        for row in dma {
            let state = row.what == Self.dma ? row.state : "\(row.state), device without TDISP"
            table.add("  \(state)", "\(row.t)", row.passes, row.source)
        }
        var others = TextTable("  request", "in", "verdict", "source")
        for line in requestLines { others.add("  \(line.what)", line.places, line.passes, line.source) }
        let ends = Self.table(of: cuts)
        let window = vTOM.map { ", T=1 to shared pages from vTOM \($0) on" } ?? ""
        let mixing = mixed ? ", T=0 and T=1 of one interface declared" : ""
        return "\(platform): \(guards)\(window)\(mixing)\n\(table.text)\(others.text)\(ends)"
    }

    /// The cuts, a line for each, in their order.
    static func table(of cuts: [CutView]) -> String {
        var table = TextTable("  cut", "takes", "needs", "source")
        for (index, cut) in cuts.enumerated() {
            table.add("  \(index + 1). \(cut.means)", cut.takes, cut.needs, cut.source)
        }
        return table.text
    }

    /// The requests that are not DMA: for each kind what passes and what does not, by source.
    private var requestLines: [(what: String, places: String, passes: String, source: String)] {
        RequestKind.allCases.flatMap { kind in
            let rows = requests.filter { $0.what == kind.rawValue }
            let heads = rows.reduce(into: [Row]()) { heads, row in
                if !heads.contains(where: { $0.says(like: row) }) { heads.append(row) }
            }
            return heads.sorted { $0.passes < $1.passes }.map { head in
                let places = rows.filter { $0.says(like: head) }.map { "\($0.state) T=\($0.t)" }
                return (kind.rawValue, places.joined(separator: ", "), head.passes, head.source)
            }
        }
    }
}

extension PlatformView.Row {
    /// Whether another one has the same to say, from the same source.
    fileprivate func says(like other: Self) -> Bool { passes == other.passes && source == other.source }

    fileprivate init(
        _ what: String, _ standing: Standing, _ tBit: TBit, _ passes: String, _ source: CellSource
    ) {
        self.what = what
        state = standing == .host ? "of the host" : "\(standing)"
        t = Int(tBit.rawValue)
        self.passes = passes
        self.source = "\(source)"
    }
}
