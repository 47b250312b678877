import Foundation

/// Measures engine, checker, codecs, routing, conversions, journal, sessions and scenarios, and prints the figures:
/// `tdisp-bench [--json] [--scenarios FOLDER] [--promela FOLDER] [--directory FOLDER] [GROUP...]`, all groups if none is
/// named.
///
/// Nothing is asserted about the figures; what fails is work that was not done.
@main
enum Main {
    /// What is measured, in this order: memory first, as what others free would hide it.
    static let groups: [(name: String, figures: @Sendable (Options) async throws -> [Figure])] = [
        ("session", { _ in try SessionMemory.figures(sessions: 100) }),
        ("conversion", { _ in try await ConversionBenchmark.memory(devices: 1000) }),
        ("engine", { _ in try EngineBenchmark.figures() }),
        ("routing", { _ in try RoutingBenchmark.figures() }),
        ("session", { _ in try await SessionBenchmark.figures() }),
        ("conversion", { options in try await ConversionBenchmark.figures(in: options.directory) }),
        ("detection", { _ in try await DetectionBenchmark.figures() }),
        ("journal", { options in try await CommittedStep.figures(in: options.directory) }),
        ("journal", { options in try await Restart.figures(in: options.directory) }),
        ("journal", { options in try await ManagerShare.figures(in: options.directory) }),
        ("scenarios", { options in try await ScenarioBenchmark.figures(from: options.scenarios) }),
        ("messages", { _ in try MessageBenchmark.figures() }),
        ("start-up", { _ in try StartUpBenchmark.figures() }),
        ("checker", { options in try await CheckerBenchmark.figures(promela: options.promela) }),
    ]

    static func main() async {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            var report = Report()
            for (group, figures) in groups where options.groups.isEmpty || options.groups.contains(group) {
                report.figures += try await figures(options)
            }
            print(try options.isJSON ? report.json() : report.table)
        } catch {
            FileHandle.standardError.write(Data("tdisp-bench: \(error)\n".utf8))
            exit(error is UsageError ? 2 : 1)
        }
    }
}

/// What the command line says.
struct Options {
    var isJSON = false
    var scenarios = "Scenarios"
    /// Where SPIN's model of what the checker is measured on stands.
    var promela = "Tests/CheckerTests/Promela"
    /// Where the journal is put for as long as it is measured.
    var directory = FileManager.default.temporaryDirectory.path
    /// Which groups are measured; none for all.
    var groups: Set<String> = []

    init(_ arguments: ArraySlice<String>) throws(UsageError) {
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--json": isJSON = true
            case "--scenarios": scenarios = try rest.takeFolder(of: argument)
            case "--promela": promela = try rest.takeFolder(of: argument)
            case "--directory": directory = try rest.takeFolder(of: argument)
            case _ where Main.groups.contains { $0.name == argument }: groups.insert(argument)
            default: throw UsageError(description: "unknown argument '\(argument)'")
            }
        }
    }
}

/// A command line that cannot be understood.
struct UsageError: Error, CustomStringConvertible {
    let description: String
}

extension ArraySlice<String> {
    fileprivate mutating func takeFolder(of option: String) throws(UsageError) -> String {
        guard let folder = popFirst() else { throw UsageError(description: "\(option) needs a folder") }
        return folder
    }
}
