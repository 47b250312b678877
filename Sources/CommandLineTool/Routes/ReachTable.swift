internal import Emulator
internal import EmulatorProcess
internal import IOMMU
internal import MachineGraph
internal import PCIe

/// All that the DMA of a device reaches: what memory there is for it, and with which T value it gets there.
struct ReachTable {
    private let inspection: HostInspection
    private let names: DomainNames
    /// What T=0 reaches, and what T=1.
    private let views: [ReachView]

    init(_ inspection: HostInspection, _ names: DomainNames) {
        self.inspection = inspection
        self.names = names
        let trusted = (inspection.routes?.trusted ?? []).map { RangeView($0, names) }
        let stop = trusted.isEmpty ? nil : inspection.routes?.trustedStop
        var views = [
            ReachView(t: 0, (inspection.routes?.untrusted ?? []).map { RangeView($0, names) }),
            ReachView(t: 1, stop == nil ? trusted : [], stop: stop, behindIt: trusted),
        ]
        if let routes = inspection.routes { for index in views.indices { views[index].add(routes, names) } }
        self.views = views
    }

    private var state: String { inspection.function.state.map { "\($0)" } ?? "state not known" }

    func show(as format: OutputFormat) {
        if format == .json { return Console.outJSON("RouteList", views) }
        Console.out("\(inspection.function.address): \(state), platform \(inspection.platform)\n")
        var table = TextTable("  memory", "T=0", "T=1")
        for owner in owners {
            let columns = views.map { view in view.reaches.filter { $0.owner == owner }.map(\.text) }
            for line in 0..<max(1, columns.map(\.count).max() ?? 1) {
                let cells = columns.map { $0.indices.contains(line) ? $0[line] : line == 0 ? "nothing" : " " }
                table.add("  \(line == 0 ? Self.plural(owner) : "")", cells[0], cells[1])
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
    }

    /// What the device holds of translations, where it has ATS: by T and owner, and whether it owes answers.
    private var cacheLines: [String] {
        guard let routes = inspection.routes, routes.translates else { return [] }
        var lines = views.flatMap { view in
            let held = view.translations ?? []
            return Set(held.map(\.owner)).sorted().map { owner in
                "T=\(view.t) by translations that the device holds (ATS): \(held.count { $0.owner == owner }) "
                    + Self.plural(owner)
            }
        }
        if lines.isEmpty { lines.append("the device holds no translation (ATS)") }
        if routes.unansweredInvalidations > 0 {
            lines.append("\(routes.unansweredInvalidations) invalidations of translations are not answered")
        }
        return lines
    }

    /// Whose memory there is to reach: that of the VM that has the device, or the host's; and what is reached besides.
    private var owners: [String] {
        let own: [FrameOwner] =
            inspection.domain.map { [.private($0), .shared($0)] } ?? [.host]
        let reached = views.flatMap { $0.reaches.map(\.owner) }
        return (own.map { names.text($0) } + reached).reduce(into: []) { owners, owner in
            if !owners.contains(owner) { owners.append(owner) }
        }
    }

    /// `private page of web1` is one of the private pages of web1.
    private static func plural(_ owner: String) -> String {
        owner.replacing(" page", with: " pages", maxReplacements: 1)
    }

    var picture: RoutePicture {
        RoutePicture(
            device: "\(inspection.function.address)", state: state, platform: inspection.platform,
            gate: names.text(inspection.function.gate), memory: owners.map(Self.plural),
            lanes: views.reversed().map { view in
                RoutePicture.Lane(
                    name: "T=\(view.t)",
                    reaches: owners.map { owner in view.reaches.filter { $0.owner == owner }.map(\.text) })
            })
    }
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

    init(t: Int, _ reaches: [RangeView], stop: DMAStop? = nil, behindIt: [RangeView] = []) {
        self.t = t
        self.reaches = reaches
        stoppedAtRootPort = stop?.withoutPlace
        openBehindIt = stop == nil ? nil : behindIt
    }

    /// What there is besides DMA that the tables translate.
    mutating func add(_ routes: RoutesView, _ names: DomainNames) {
        if routes.translates {
            translations = routes.translations.filter { $0.tBit.rawValue == t }.map { RangeView($0, names) }
        }
        if t == 1, !routes.peers.isEmpty { peers = routes.peers.map { "\($0)" } }
        if let sent = routes.interrupts, sent.tBit.map({ Int($0.rawValue) }) == t { interrupts = sent.outcome.word }
    }
}

/// A range that a device reaches.
struct RangeView: Encodable {
    let address: String
    let size: UInt64
    let physical: String
    let permissions: String
    let owner: String

    init(_ range: ReachableRange, _ names: DomainNames) {
        address = Bytes.hex(range.addresses.lowerBound)
        size = range.addresses.upperBound - range.addresses.lowerBound
        physical = Bytes.hex(range.physical)
        permissions = "\(range.permissions)"
        owner = names.text(range.owner)
    }

    init(_ translation: HeldTranslation, _ names: DomainNames) {
        address = Bytes.hex(translation.address)
        size = PageOwnership.frameSize
        physical = Bytes.hex(translation.physical)
        permissions = "\(translation.permissions)"
        owner = names.text(translation.owner)
    }

    /// For example `0x100000 + 31 MiB, read and write -> 0x300000`.
    var text: String { "\(address) + \(Bytes.text(size)), \(permissions) -> \(physical)" }
}

extension RequestOutcome {
    /// What became of it, one clause.
    var word: String {
        switch self {
        case .delivered: "delivered"
        case .stopped(let stop): "\(stop)"
        }
    }
}
