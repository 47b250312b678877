internal import ArgumentParser
internal import Assignment
internal import EmulatorProcess
internal import Foundation
internal import Journal
internal import PCIe

/// `tdispctl history`
struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show what the journal recorded, step by step, and verify its hash chain.")

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("A device (ssss:bb:dd.f); default: all.", valueName: "device"),
        completion: DeviceArgument.completion,
        transform: DeviceArgument.parse)
    var device: FunctionAddress?

    @Option(help: ArgumentHelp("Only the newest entries.", valueName: "count"))
    var limit: Int?

    @Flag(help: "Verify the whole chain and print the verdict only.")
    var verify = false

    func run() async throws {
        try await reporting(options) {
            do {
                let path = try options.directory
                let journal = try Journal.openForReading(in: try StateDirectory(at: path))
                if verify { return try verifyChain(journal) }
                let entries = try journal.history(of: device, limit: limit ?? .max)
                if let device, entries.isEmpty { try await requireKnown(device, to: journal) }
                switch options.output {
                case .json: Console.out(try JSONEnvelope(kind: "HistoryList", entries.map(HistoryView.init)).text)
                case .table: Console.out(Self.table(entries))
                }
            } catch let error as JournalError {
                throw Failure(error)
            }
        }
    }

    /// A device of the host that runs has a history, if an empty one. Throws ``Failure`` (not found) for any other that the
    /// journal has never seen.
    private func requireKnown(_ device: FunctionAddress, to journal: Journal) async throws {
        guard try journal.device(device) == nil else { return }
        let running = try? await EmulatedHosts.running(options).client.snapshot()
        guard running?.function(device) == nil else { return }
        throw Failure(
            .notFound, "nothing is recorded of \(device), and no host that runs here has it", next: "tdispctl list")
    }

    private static func table(_ entries: [HistoryEntry]) -> String {
        var table = TextTable("SEQ", "TIME", "DEVICE", "KIND", "WHAT")
        for entry in entries {
            table.add(
                "\(entry.sequence)", Clock.text(entry.time), entry.device?.description ?? "", entry.kind.rawValue,
                entry.text)
        }
        return table.text
    }

    private func verifyChain(_ journal: Journal) throws {
        switch try journal.verifyHistory() {
        case .intact(let entries, let head):
            if options.output == .json {
                Console.outJSON("HistoryVerdict", [HistoryVerdictView(entries: entries, head: "\(head)")])
            } else {
                Console.out("intact: \(entries) entries, head \(head)\n")
            }
        case .broken(let sequence, let fault):
            throw Failure(
                .failed, "the history was changed: entry \(sequence)", seen: "\(fault)",
                next: "keep a copy of the journal; what it says from entry \(sequence) on cannot be trusted")
        }
    }
}

/// An intact history as JSON; a changed one is an `Error`.
struct HistoryVerdictView: Encodable {
    let entries: Int
    let head: String
}

/// A history entry as JSON.
struct HistoryView: Encodable {
    let sequence: Int64
    let time: String
    let device: String?
    let kind: String
    let text: String
    let hash: String

    init(_ entry: HistoryEntry) {
        sequence = entry.sequence
        time = Clock.text(entry.time)
        device = entry.device?.description
        kind = entry.kind.rawValue
        text = entry.text
        hash = "\(entry.hash)"
    }
}

extension Clock {
    /// A time of the journal in UTC: `2026-11-23T06:12:09.123Z`.
    static func text(_ nanoseconds: UInt64) -> String {
        let date = Date(timeIntervalSince1970: Double(nanoseconds / 1_000_000) / 1000)
        return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
