internal import ArgumentParser
internal import Assignment
internal import Emulator
internal import EmulatorProcess
internal import IOMMU
internal import PCIe
internal import TDISP

/// `tdispctl routes`
struct Routes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "Show where a device's DMA goes: everything that T=0 and T=1 reach, or the path of one access.")

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("A device (ssss:bb:dd.f).", valueName: "device"), completion: DeviceArgument.completion,
        transform: DeviceArgument.parse)
    var device: FunctionAddress

    @Option(
        help: ArgumentHelp("Explain one access to this address, decimal or 0x.", valueName: "address"),
        transform: Routes.number)
    var address: UInt64?

    @Option(help: ArgumentHelp("Bytes of that access.", valueName: "bytes"), transform: Routes.number)
    var size: UInt64 = 64

    @Option(help: ArgumentHelp("Its T bit.", valueName: "0|1"))
    var t: UInt8 = 0

    @Flag(help: "It is a write.")
    var write = false

    func validate() throws {
        guard t <= 1 else { throw ValidationError("--t is 0 or 1") }
        guard size > 0 else { throw ValidationError("--size is at least 1") }
    }

    func run() async throws {
        try await reporting(options) {
            let session = try await Session.open(options, .reading)
            let function = try session.function(device).address
            do throws(PlatformError) {
                let names = DomainNames(try await session.host.memory(), session.snapshot)
                if let address {
                    let question = DMAQuestion(address: address, count: size, isTrusted: t == 1, isWrite: write)
                    show(try await session.host.explain(question, of: function), names)
                } else {
                    show(try await session.host.inspect(function), names)
                }
            } catch {
                throw Failure(error)
            }
        }
    }

    private static func number(_ text: String) throws -> UInt64 {
        let value = text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
        guard let value else { throw ValidationError("'\(text)' is not a number") }
        return value
    }

    // MARK: Printing

    private func show(_ inspection: HostInspection, _ names: DomainNames) {
        let views = [(0, inspection.routes?.untrusted ?? []), (1, inspection.routes?.trusted ?? [])]
            .map { t, ranges in ReachView(t: t, ranges.map { RangeView($0, names) }) }
        if options.output == .json { return Console.outJSON("RouteList", views) }
        Console.out(
            "\(inspection.function.address): \(inspection.function.state.map { "\($0)" } ?? "state not known")\n")
        for view in views {
            Console.out("  T=\(view.t) reaches \(view.reaches.isEmpty ? "nothing" : view.total)\n")
            for range in view.reaches { Console.out("    \(range.line)\n") }
        }
    }

    private func show(_ explanation: RouteExplanation, _ names: DomainNames) {
        let view = ExplanationView(explanation, names)
        if options.output == .json { return Console.outJSON("Route", [view]) }
        for (index, step) in view.steps.enumerated() { Console.out("  \(index + 1). \(step)\n") }
        Console.out("\(view.verdict)\n")
    }
}

/// What one T value reaches.
struct ReachView: Encodable {
    let t: Int
    let reaches: [RangeView]

    init(t: Int, _ reaches: [RangeView]) {
        self.t = t
        self.reaches = reaches
    }

    var total: String { Bytes.text(reaches.reduce(0) { $0 + $1.size }) }
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

    var line: String {
        "\(address) + \(Bytes.text(size).padded(to: 9)) \(permissions.padded(to: 3)) -> \(physical)  \(owner)"
    }
}

/// The path of one DMA.
struct ExplanationView: Encodable {
    let steps: [String]
    let verdict: String
    let rule: String?

    init(_ explanation: RouteExplanation, _ names: DomainNames) {
        steps = explanation.steps.map { names.text($0) }
        switch explanation.route {
        case .reaches(let segments):
            verdict =
                "reaches "
                + segments.map { "\(Bytes.hex($0.physical)) (\(names.text($0.owner)))" }.joined(separator: ", ")
            rule = nil
        case .faults(let fault):
            verdict = "faults: \(names.text(fault))"
            rule = fault.rule?.rawValue
        }
    }
}

/// Names of domains for texts of the IOMMU model, which knows them by number.
struct DomainNames {
    private let names: [(number: String, name: String)]

    init(_ memory: MemoryView, _ snapshot: HostSnapshot) {
        names = memory.domains.reversed().compactMap { domain in
            snapshot.domain(domain.id).map { ("\(domain.number)", $0.name) }
        }
    }

    /// The description with names for numbers. Higher numbers first, so that none is taken for the start of another.
    func text(_ value: some CustomStringConvertible) -> String {
        names.reduce(value.description) { text, domain in text.replacing(domain.number, with: domain.name) }
    }
}

/// Numbers for people.
enum Bytes {
    static func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

    static func text(_ count: UInt64) -> String {
        for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] where count >= 1 << shift {
            let whole = count >> shift
            let tenth = (count >> (shift - 4) & 0xF) * 10 / 16
            return tenth == 0 ? "\(whole) \(unit)" : "\(whole).\(tenth) \(unit)"
        }
        return "\(count) B"
    }
}

extension Console {
    /// Prints a JSON result; values of ours always encode.
    static func outJSON(_ kind: String, _ items: [some Encodable]) {
        if let text = try? JSONEnvelope(kind: kind, items).text { out(text) }
    }
}
