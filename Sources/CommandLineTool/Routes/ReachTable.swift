internal import Emulator
internal import EmulatorProcess
internal import IOMMU
internal import MachineGraph
internal import PCIe

/// All that the DMA of a device reaches: what memory there is for it, and with which T value it gets there.
struct ReachTable {
    private let inspection: HostInspection
    private let names: Names
    private let guest: GuestOverview?
    private let held: [String]
    /// What T=0 reaches, and what T=1.
    private let views: [ReachView]

    /// - Parameters:
    ///   - held: the conversions that are held, a line each.
    ///   - guest: how it looks from inside the VM; nil: nobody asks.
    init(_ inspection: HostInspection, _ names: Names, held: [String], guest: GuestOverview? = nil) {
        self.inspection = inspection
        self.names = names
        self.guest = guest
        self.held = held
        let trusted = (inspection.routes?.trusted ?? []).map { RangeView($0, names) }
        let stop = trusted.isEmpty ? nil : inspection.routes?.trustedStop
        var views = [
            ReachView(t: 0, (inspection.routes?.untrusted ?? []).map { RangeView($0, names) }),
            ReachView(t: 1, stop == nil ? trusted : [], stop: stop, behindIt: trusted),
        ]
        if let routes = inspection.routes { for index in views.indices { views[index].add(routes, names) } }
        if let guest {
            views[0].guest = guest.untrusted.map { GuestPartView($0, .untrusted, names) }
            views[1].guest = guest.trusted.map { GuestPartView($0, .trusted, stop: stop, names) }
        }
        if !held.isEmpty { for index in views.indices { views[index].heldConversions = held } }
        self.views = views
    }

    private var state: String { inspection.function.state.map { "\($0)" } ?? "state not known" }

    func show(as format: OutputFormat) {
        if format == .json { return Console.outJSON("RouteList", views) }
        Console.out("\(inspection.function.address): \(state), platform \(inspection.platform)\n")
        var table = TextTable("  memory", "T=0", "T=1")
        for owner in owners {
            let columns = views.map { view in view.reaches.filter { $0.owner == owner.text(names) }.map(\.text) }
            for line in 0..<max(1, columns.map(\.count).max() ?? 1) {
                let cells = columns.map { $0.indices.contains(line) ? $0[line] : line == 0 ? "nothing" : " " }
                table.add("  \(line == 0 ? owner.pages(names) : "")", cells[0], cells[1])
            }
        }
        Console.out(table.text)
        for line in cacheLines { Console.out("  \(line)\n") }
        for peer in inspection.routes?.peers ?? [] { Console.out("  T=1 reaches \(peer), to which it is bound\n") }
        for view in views {
            guard let stop = view.stoppedAtRootPort else { continue }
            let open = view.openBehindIt?.map(\.text).joined(separator: "; ") ?? ""
            Console.out(
                "  T=\(view.t) is stopped at the root port (\(stop)); the IOMMU behind it is still open: \(open)\n")
        }
        for conversion in held { Console.out("  held: \(conversion)\n") }
        if guest != nil { Console.out(guestText) }
    }

    /// How it looks from inside the VM, run by run of pages that look alike.
    private var guestText: String {
        let parts = views.flatMap { $0.guest ?? [] }
        let text = parts.map { " \($0.place)\n\($0.text)" }.joined()
        let none = inspection.domain == nil ? "  the function is the host's: no guest sees its DMA\n" : "  nothing\n"
        return "\nas the guest sees it\n\(parts.isEmpty ? none : text)"
    }

    /// What the device holds of translations, where it has ATS: by T and owner, and whether it owes answers.
    private var cacheLines: [String] {
        guard let routes = inspection.routes, routes.translates else { return [] }
        var lines = TBit.allCases.flatMap { tBit in
            let held = routes.translations.filter { $0.tBit == tBit }.map(\.owner)
            return held.unique.map { owner in
                "\(tBit) by translations that the device holds (ATS): \(held.count { $0 == owner }) "
                    + owner.pages(names)
            }
        }
        if lines.isEmpty { lines.append("the device holds no translation (ATS)") }
        if routes.unansweredInvalidations > 0 {
            lines.append("\(routes.unansweredInvalidations) invalidations of translations are not answered")
        }
        return lines
    }

    /// Whose memory there is to reach: that of the VM that has the device, or the host's; and what is reached besides.
    private var owners: [FrameOwner] {
        let own: [FrameOwner] = inspection.domain.map { [.private($0), .shared($0)] } ?? [.host]
        let reached = (inspection.routes?.untrusted ?? []) + (inspection.routes?.trusted ?? [])
        return (own + reached.map(\.owner)).unique
    }

    var picture: RoutePicture {
        let cells = inspection.routes.map { "T=0: \($0.cells.untrusted); T=1: \($0.cells.trusted)" }
        return RoutePicture(
            device: "\(inspection.function.address)", state: state, platform: inspection.platform,
            cells: cells ?? "nothing is known", memory: owners.map { $0.pages(names) },
            lanes: views.reversed().map { view in
                func ranges(_ ranges: [RangeView]) -> [[String]] {
                    owners.map { owner in ranges.filter { $0.owner == owner.text(names) }.map(\.text) }
                }
                return RoutePicture.Lane(
                    name: "T=\(view.t)", reaches: ranges(view.reaches),
                    stop: view.stoppedAtRootPort.map { "stopped at the root port: \($0)" },
                    behindIt: ranges(view.openBehindIt ?? []))
            })
    }
}

extension [FrameOwner] {
    /// Each once, in the order in which they come.
    fileprivate var unique: Self { reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
}

/// What one T value reaches.
struct ReachView: Encodable {
    let t: Int
    let reaches: [RangeView]
    /// Why it does not get as far as the IOMMU, where that is all that keeps it from memory.
    let stoppedAtRootPort: String?
    /// What it would reach then.
    let openBehindIt: [RangeView]?
    /// The pages that the device holds translations to, where it has ATS.
    var translations: [RangeView]?
    /// The functions that it reaches over a stream that is bound to both.
    var peers: [String]?
    /// What becomes of an interrupt, where it carries this T value.
    var interrupts: String?
    /// How it looks from inside the VM, where that is asked for.
    var guest: [GuestPartView]?
    /// The conversions of pages on this host that are held, and what holds them.
    var heldConversions: [String]?

    init(t: Int, _ reaches: [RangeView], stop: DMAStop? = nil, behindIt: [RangeView] = []) {
        self.t = t
        self.reaches = reaches
        stoppedAtRootPort = stop?.reason(.numbers)
        openBehindIt = stop == nil ? nil : behindIt
    }

    /// What there is besides DMA that the tables translate.
    mutating func add(_ routes: RoutesView, _ names: Names) {
        if routes.translates {
            translations = routes.translations.filter { $0.tBit.rawValue == t }.map { RangeView($0, names) }
        }
        if t == 1, !routes.peers.isEmpty { peers = routes.peers.map { "\($0)" } }
        if let sent = routes.interrupts, sent.tBit.map({ Int($0.rawValue) }) == t {
            interrupts = sent.outcome.text(names)
        }
    }
}

/// A range that a device reaches.
struct RangeView: Encodable {
    let address: String
    let size: UInt64
    let physical: String
    let permissions: String
    let owner: String

    init(_ range: ReachableRange, _ names: Names) {
        address = Bytes.hex(range.addresses.lowerBound)
        size = range.addresses.upperBound - range.addresses.lowerBound
        physical = Bytes.hex(range.physical)
        permissions = "\(range.permissions)"
        owner = range.owner.text(names)
    }

    init(_ translation: HeldTranslation, _ names: Names) {
        address = Bytes.hex(translation.address)
        size = PageOwnership.frameSize
        physical = Bytes.hex(translation.physical)
        permissions = "\(translation.permissions)"
        owner = translation.owner.text(names)
    }

    /// For example `0x100000 + 31 MiB, read and write -> 0x300000`.
    var text: String { "\(address) + \(Bytes.text(size)), \(permissions) -> \(physical)" }
}

extension RequestOutcome {
    /// What became of it, one clause.
    func text(_ names: Names) -> String {
        switch self {
        case .delivered: "delivered"
        case .stopped(let stop): stop.text(names)
        }
    }
}
