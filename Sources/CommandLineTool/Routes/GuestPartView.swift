internal import Emulator
internal import IOMMU
internal import PCIe

/// Device addresses that look alike from inside the VM, beside what really happens.
struct GuestPartView: Encodable {
    let t: Int
    let address: String
    let size: UInt64
    let believes: String
    let happens: String
    let finding: String
    /// The finding by its name: `none`, `identity-flip`, ...
    let findingName: String

    /// - Parameter stop: what stops the DMA before the IOMMU; nil: nothing.
    init(_ part: GuestPart, _ tBit: TBit, stop: DMAStop? = nil, _ names: Names) {
        t = Int(tBit.rawValue)
        address = Bytes.hex(part.addresses.lowerBound)
        size = part.addresses.upperBound - part.addresses.lowerBound
        believes = part.belief.text(names)
        if let stop {
            happens = "stopped at the root port: \(stop.reason(names))"
            finding = "The DMA is stopped on the way to the IOMMU, where the guest does not see it."
            findingName = GuestFinding.stoppedUnseen(rule: nil).name
        } else {
            happens = part.happens(names)
            finding = "\(part.finding)"
            findingName = part.finding.name
        }
    }

    /// Three lines.
    var text: String { "  believes    \(believes)\n  happens     \(happens)\n  finding     \(finding)\n" }
    /// For example `T=0 0x80000 + 32 KiB`.
    var place: String { "T=\(t) \(address) + \(Bytes.text(size))" }
}

/// How one DMA looks from inside the VM.
struct GuestDMAView: Encodable {
    let believes: String
    let happens: String
    let finding: String
    /// Run by run of pages that look alike.
    let parts: [GuestPartView]

    init(_ explanation: DMAExplanation, _ names: Names) {
        let tBit = explanation.iommu.request.tBit
        parts = explanation.guest.map { GuestPartView($0, tBit, stop: explanation.rootPort, names) }
        // What the guest does not know of is said first.
        let first = parts.first { $0.findingName != GuestFinding.none.name } ?? parts.first
        believes = first?.believes ?? "nothing: no guest has the function"
        happens = first?.happens ?? "what is said above"
        finding = first?.finding ?? "The function is the host's; no guest sees its DMA."
    }

    /// What a person reads: where all of it looks alike, three lines; otherwise three for each run of pages.
    var text: String {
        guard parts.count > 1 else {
            return "  believes    \(believes)\n  happens     \(happens)\n  finding     \(finding)\n"
        }
        return parts.map { " \($0.place)\n\($0.text)" }.joined()
    }
}

extension GuestBelief {
    fileprivate func text(_ names: Names) -> String {
        switch self {
        case .physical(let address, false): "it has no IOMMU: guest physical \(Bytes.hex(address))"
        case .physical(let address, true):
            "it has no IOMMU: guest physical \(Bytes.hex(address)), of a shared page by the vTOM bit"
        case .mapped(let guestPhysical): "its table leads to guest physical \(Bytes.hex(guestPhysical))"
        case .stopped(let fault): "its table stops it: \(fault.text(names))"
        }
    }
}

extension GuestPart {
    fileprivate func happens(_ names: Names) -> String {
        let asked = guestPhysical.map { "guest physical \(Bytes.hex($0)) is asked for" }
        let end =
            switch route {
            case .reaches(let segments): "reaches \(segments.map { $0.owner.text(names) }.joined(separator: ", "))"
            case .faults(let fault): "faults: \(fault.text(names))"
            }
        return [asked, end].compactMap { $0 }.joined(separator: "; ")
    }
}
