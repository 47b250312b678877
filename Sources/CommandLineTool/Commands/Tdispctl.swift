public import ArgumentParser

/// The command.
public struct Tdispctl: AsyncParsableCommand {
    /// What `tdispctl --help` says.
    public static let configuration = CommandConfiguration(
        commandName: "tdispctl",
        abstract: "Assign PCIe devices to confidential VMs: convert to private operation, release, recover, and see.",
        discussion: """
            A device given to a confidential VM reaches only shared memory until it is converted: authenticated, its link
            encrypted, its interface locked, its evidence accepted by the guest, then RUN. tdispctl does this step by step,
            refuses every illegal step by naming the rule it breaks, and brings a device that fell out of it back home.

            Start here, on an emulated host:  tdispctl --topology demo list
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Devices",
                subcommands: [
                    List.self, Show.self, Plan.self, Convert.self, Release.self, Recover.self, Routes.self, History.self,
                ]),
            CommandGroup(name: "Scenarios and models", subcommands: [Replay.self, Graph.self]),
            CommandGroup(name: "Host", subcommands: [Doctor.self, Emulate.self]),
        ])

    /// Creates the command.
    public init() {}
}
