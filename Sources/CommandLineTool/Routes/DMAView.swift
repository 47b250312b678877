internal import Assignment
internal import Emulator
internal import IOMMU
internal import PCIe

/// The way of one DMA, part by part, and where it ends.
struct DMAView: Encodable {
    let steps: [Step]
    let verdict: String
    let rule: String?
    let guest: GuestPart?

    /// A part of the way and what it says.
    struct Step: Encodable {
        let part: String
        let text: String
    }

    /// How it looks from inside the VM.
    struct GuestPart: Encodable {
        let believes: String
        let happens: String
        let finding: String
    }

    init(_ explanation: DMAExplanation, _ names: DomainNames, asGuest: Bool) {
        let device = Step(part: "device", text: explanation.device.map(Self.deviceText) ?? "sends it")
        let link = Step(part: "root port", text: explanation.rootPort?.withoutPlace ?? "lets it pass")
        steps = [device, link] + Self.steps(explanation.iommu.steps, names)
        (verdict, rule) = Self.verdict(explanation, names)
        guest = asGuest ? GuestPart(explanation, names) : nil
    }

    func show(as format: OutputFormat) {
        if format == .json { return Console.outJSON("Route", [self]) }
        for step in steps { Console.out("  \(step.part.padded(to: 11)) \(step.text)\n") }
        Console.out("\(verdict)\n")
        guard let guest else { return }
        Console.out("\nas the guest sees it\n")
        Console.out("  believes    \(guest.believes)\n  happens     \(guest.happens)\n  finding     \(guest.finding)\n")
    }

    // MARK: Parts

    /// The steps of the IOMMU; the entries of one stage's walk are one line.
    private static func steps(_ steps: [RouteStep], _ names: DomainNames) -> [Step] {
        var lines: [Step] = []
        var entries: [RouteStep] = []
        // Where a guest's table is walked, it is walked first.
        var stage = steps.contains(where: \.isFirstStage) ? 1 : 2
        func close() {
            guard !entries.isEmpty else { return }
            lines.append(Step(part: "stage \(stage)", text: entries.map(\.entryText).joined(separator: ", ")))
            entries = []
        }
        for step in steps {
            if case .entry = step { entries.append(step); continue }
            close()
            if case .guestPhysical = step { stage = 2 }
            lines.append(Step(part: step.part, text: names.text(step.text)))
        }
        close()
        return lines
    }

    /// Where it ends. The IOMMU's word counts also where a device that keeps to its rules would not have sent it.
    private static func verdict(_ explanation: DMAExplanation, _ names: DomainNames) -> (String, rule: String?) {
        if let stop = explanation.rootPort {
            let rule = explanation.iommu.request.tBit == .trusted ? SafetyRule.noTrustedDMAWithoutRun.rawValue : nil
            return ("stopped at the root port: \(stop.withoutPlace)", rule)
        }
        let unsent = explanation.device.map { _ in ", if a device that breaks its rules sent it" } ?? ""
        switch explanation.iommu.route {
        case .reaches(let segments):
            let places = segments.map { "\(Bytes.hex($0.physical)) (\(names.text($0.owner)))" }
            return ("reaches \(places.joined(separator: ", "))\(unsent)", nil)
        case .faults(let fault): return ("faults: \(names.text(fault))", fault.rule?.rawValue)
        }
    }

    private static func deviceText(_ stop: DMAStop) -> String {
        stop == .notSent ? "would not send it: its TDISP state or a cleared Bus Master Enable forbids it" : "\(stop)"
    }
}

extension DMAStop {
    /// What the root port says, where it is clear that it is the root port.
    var withoutPlace: String { "\(self)".replacing("root port: ", with: "") }
}

extension DMAView.GuestPart {
    fileprivate init(_ explanation: DMAExplanation, _ names: DomainNames) {
        let view = explanation.guest
        believes =
            switch view.belief {
            case .noIOMMU: "it has no IOMMU: the address is guest physical"
            case .mapped(let guestPhysical): "its table leads to guest physical \(Bytes.hex(guestPhysical))"
            case .stopped(let fault): "its table stops it: \(names.text(fault))"
            }
        if let stop = explanation.rootPort {
            happens = "stopped at the root port: \(stop.withoutPlace)"
            finding = "The DMA is stopped on the way to the IOMMU, where the guest does not see it."
            return
        }
        let asked = view.guestPhysical.map { "guest physical \(Bytes.hex($0)) is asked for" }
        let end =
            switch view.route {
            case .reaches(let segments):
                "reaches \(segments.map { names.text($0.owner) }.joined(separator: ", "))"
            case .faults(let fault): "faults: \(names.text(fault))"
            }
        happens = [asked, end].compactMap { $0 }.joined(separator: "; ")
        finding = names.text(view.finding)
    }
}

extension RouteStep {
    fileprivate var isFirstStage: Bool {
        switch self {
        case .firstStage: true
        case .gate, .fence, .busMaster, .context, .cache, .entry, .guestPhysical, .frame, .ownership: false
        }
    }

    /// The part of the IOMMU that takes the step.
    fileprivate var part: String {
        switch self {
        case .gate: "gate"
        case .fence: "fence"
        case .busMaster: "bus master"
        case .context: "context"
        case .firstStage: "stage 1"
        case .cache: "IOTLB"
        case .entry: "walk"
        case .guestPhysical: "stage 1"
        case .frame: "page"
        case .ownership: "ownership"
        }
    }

    /// What it says, without the part's name where the description begins with it.
    fileprivate var text: String {
        if case .cache(let physical?) = self { return "page at \(Bytes.hex(physical)), no table is walked" }
        let text = description
        for name in ["gate: ", "fence: ", "bus mastering: ", "first stage: ", "cache: "] where text.hasPrefix(name) {
            return String(text.dropFirst(name.count))
        }
        return text
    }

    /// `L4[0] next level`.
    fileprivate var entryText: String {
        guard case .entry(let level, let index, let kind) = self else { return text }
        return "L\(level)[\(index)] \(kind)"
    }
}
