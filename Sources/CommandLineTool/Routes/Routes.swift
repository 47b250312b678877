internal import ArgumentParser
internal import Assignment
internal import Emulator
internal import EmulatorProcess
internal import IOMMU
internal import MachineGraph
internal import PCIe

/// `tdispctl routes`
struct Routes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "Show where DMA goes: all that a device reaches, the path of one access, or a platform's table.",
        discussion: """
            Without an address: everything that T=0 and T=1 of the device reach now. With one: the way of that access \
            through device, link and IOMMU. With --as-guest, also what the VM's own IOMMU driver would believe of it. \
            With --platform and no device: what such a platform lets through in each state of TDISP.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("A device (ssss:bb:dd.f).", valueName: "device"), completion: DeviceArgument.completion,
        transform: DeviceArgument.parse)
    var device: FunctionAddress?

    @Option(
        help: ArgumentHelp("Explain one access to this address, decimal or 0x.", valueName: "address"),
        transform: Routes.number)
    var address: UInt64?

    @Option(help: ArgumentHelp("Bytes of that access; 64 if left out.", valueName: "bytes"), transform: Routes.number)
    var size: UInt64?

    @Option(help: ArgumentHelp("Its T bit; 0 if left out.", valueName: "0|1"))
    var t: UInt8?

    @Flag(help: "It is a write.")
    var write = false

    @Flag(help: "Say what the guest's IOMMU driver would believe, beside what really happens.")
    var asGuest = false

    @Flag(help: "Draw all that the device reaches, as SVG; takes no --address, --as-guest or JSON.")
    var svg = false

    @Option(
        help: ArgumentHelp("Print the table of a platform, such as sev-tio or arm-cca/split.", valueName: "name|all"),
        transform: PlatformArgument.parse)
    var platform: PlatformArgument?

    func validate() throws {
        guard t ?? 0 <= 1 else { throw ValidationError("--t is 0 or 1") }
        guard size != 0 else { throw ValidationError("--size is at least 1") }
        guard (device == nil) != (platform == nil) else {
            throw ValidationError("name a device, or a platform with --platform")
        }
        guard address != nil || t == nil && size == nil && !write else {
            throw ValidationError("--t, --size and --write are about one access: they need an --address")
        }
        guard !asGuest || device != nil else { throw ValidationError("--as-guest is about a device") }
        guard address == nil || device != nil else {
            throw ValidationError("--address is about one access of a device: it takes no --platform")
        }
        let width = AddressWidth.bits48
        if let address, address >= width.limit || (size ?? 1) > width.limit - address {
            throw ValidationError("the access runs beyond the \(width) that device addresses have here")
        }
        guard !svg || address == nil && device != nil else {
            throw ValidationError("--svg draws all that a device reaches: it takes a device and no --address")
        }
        guard !svg || options.output != .json && !asGuest else {
            throw ValidationError("--svg prints SVG: it takes no --output json and no --as-guest")
        }
    }

    func run() async throws {
        try await reporting(options) {
            if let platform { return platform.show(as: options.output) }
            let session = try await Session.open(options, .looking)
            guard let device else { return }
            let function = try session.function(device).address
            do throws(PlatformError) {
                let memory = try await session.host.memory()
                let names = Names(memory, session.snapshot, segment: function.segment)
                if let address {
                    let question = DMAQuestion(address: address, count: size ?? 64, isTrusted: t == 1, isWrite: write)
                    let explanation = try await session.host.explain(question, of: function)
                    DMAView(explanation, names, asGuest: asGuest).show(as: options.output)
                } else {
                    let reach = ReachTable(
                        try await session.host.inspect(function), names,
                        held: memory.heldConversions(session.snapshot),
                        guest: asGuest ? try await session.host.guestView(of: function) : nil)
                    if svg { Console.out(reach.picture.svg) } else { reach.show(as: options.output) }
                }
            } catch {
                throw Failure(error)
            }
            if let trouble = session.trouble { throw Afterthought(failure: trouble) }
        }
    }

    private static func number(_ text: String) throws -> UInt64 {
        let value = text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
        guard let value else { throw ValidationError("'\(text)' is not a number") }
        return value
    }
}
