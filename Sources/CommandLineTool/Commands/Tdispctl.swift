public import ArgumentParser
internal import Foundation

/// The command.
public struct Tdispctl: AsyncParsableCommand {
    /// What `tdispctl --help` says.
    public static let configuration = CommandConfiguration(
        commandName: "tdispctl",
        abstract: "Assign PCIe devices to confidential VMs: convert to private operation, release, recover, and see.",
        discussion: """
            A device given to a confidential VM reaches only shared memory until it is converted: authenticated, its link \
            encrypted, its interface locked, its evidence accepted by the guest, then RUN. tdispctl does this step by step, \
            refuses every illegal step by naming the rule it breaks, and brings a device that fell out of it back home.

            Start here, on an emulated host: tdispctl list --topology demo
            """,
        version: "0.1.0",
        // Each states its own name: making it from the name of a type takes a third of a millisecond, at every start.
        groupedSubcommands: [
            CommandGroup(
                name: "Devices",
                subcommands: [
                    List.self, Show.self, PlanCommand.self, Convert.self, Release.self, Recover.self, Disconnect.self,
                    Attest.self, Routes.self, Watch.self, History.self,
                ]),
            CommandGroup(
                name: "Scenarios and models", subcommands: [Replay.self, Record.self, Check.self, Graph.self]),
            CommandGroup(name: "Host", subcommands: [Doctor.self, Emulate.self]),
        ])

    /// Creates the command.
    public init() {}
}

extension Tdispctl {
    /// Parses the arguments, runs, and ends the process. Wrong usage ends with 2, as every other exit code is ours too.
    public static func runAndExit() async -> Never {
        _ = Console.standIns
        signal(SIGPIPE, SIG_IGN)
        let status = await runToStatus()
        guard let reason = Console.lostOutput else { Foundation.exit(status) }
        let failure = Failure(.failed, "the result cannot be written to standard output: \(reason)")
        Console.err(failure.text + "\n")
        Console.flush()
        Foundation.exit(status == ExitStatus.done.rawValue ? failure.status.rawValue : status)
    }

    private static func runToStatus() async -> Int32 {
        // Scripts ask for it before anything else, and setting up the parser takes longer than the rest of the start.
        if CommandLine.arguments.dropFirst() == ["--version"] {
            Console.out(configuration.version + "\n")
            return ExitStatus.done.rawValue
        }
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return ExitStatus.done.rawValue
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return tell(error)
        }
    }

    /// Help and version are results; anything else is wrong usage, or an error that nobody expected.
    private static func tell(_ error: any Error) -> Int32 {
        let text = fullMessage(for: error) + "\n"
        switch exitCode(for: error) {
        case .success:
            Console.out(text)
            return ExitStatus.done.rawValue
        case .validationFailure:
            if asksForJSON {
                Console.outJSON("Error", [FailureView(Failure(.usage, message(for: error)))])
            } else {
                Console.err(text)
            }
            return ExitStatus.usage.rawValue
        default:
            Console.err(text)
            return ExitStatus.failed.rawValue
        }
    }

    /// Whether arguments that cannot be understood ask for JSON.
    private static var asksForJSON: Bool {
        let words = CommandLine.arguments
        return words.contains("--output=json")
            || zip(words, words.dropFirst()).contains { ["--output", "-o"].contains($0) && $1 == "json" }
    }
}
