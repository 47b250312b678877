internal import ArgumentParser
internal import Assignment
internal import PCIe

/// `tdispctl list`
struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List devices: where each is recorded to be, and what it answers itself.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await reporting(options) {
            let session = try await Session.open(options, .looking)
            let (record, manager) = (session.record(), session.manager)
            let devices = session.snapshot.functions.map { facts in
                DeviceView(
                    facts, record.contents?.state(of: facts.address),
                    record.contents?.suspicions[facts.address] ?? .none, in: session.snapshot, manager: manager)
            }
            switch options.output {
            case .json: Console.out(try JSONEnvelope(kind: "DeviceList", devices).text)
            case .table: Console.out(Self.table(devices))
            }
            if let trouble = record.trouble { throw Afterthought(failure: trouble) }
        }
    }

    private static func table(_ devices: [DeviceView]) -> String {
        var table = TextTable(
            "DEVICE", "NAME", "PHASE", "STATE", "DOMAIN", "EPOCH", "HOST DRIVER", "AUTHENTICATED", "NOTE")
        for device in devices {
            table.add(
                device.address, device.name, device.recorded?.phase ?? "?", device.confirmed.state ?? "",
                device.recorded?.domainName ?? "", device.recorded?.epoch.nonZero ?? "",
                device.hostDriver ?? "", device.confirmed.authentication?.status ?? "", device.note ?? "")
        }
        return table.text
    }
}

extension UInt32 {
    /// The number, unless it is none.
    fileprivate var nonZero: String? { self == 0 ? nil : "\(self)" }
}
