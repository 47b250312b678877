import Foundation

/// Measures engine, codecs, routing, conversions, journal and scenarios, and prints the figures: `tdisp-bench [--json] [--scenarios FOLDER] [--directory FOLDER]`.
///
/// Nothing is asserted about the figures; what fails is work that was not done.
@main
enum Main {
    static func main() async {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            var report = Report()
            // First, as what later ones free would hide it.
            report.figures += try await ConversionBenchmark.memory(devices: 1000)
            report.figures += try EngineBenchmark.figures()
            report.figures += try RoutingBenchmark.figures()
            report.figures += try await ConversionBenchmark.figures(in: options.directory)
            report.figures += try await ScenarioBenchmark.figures(from: options.scenarios)
            report.figures += try MessageBenchmark.figures()
            report.figures += try StartUpBenchmark.figures()
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
    /// Where the journal is put for as long as it is measured.
    var directory = FileManager.default.temporaryDirectory.path

    init(_ arguments: ArraySlice<String>) throws(UsageError) {
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--json": isJSON = true
            case "--scenarios": scenarios = try rest.takeFolder(of: argument)
            case "--directory": directory = try rest.takeFolder(of: argument)
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
