internal import ArgumentParser
internal import Foundation
internal import Journal

/// Options that every verb on devices takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        name: .customLong("state-dir"),
        help: ArgumentHelp(
            "Where journal and socket are.",
            discussion: "Default: $TDISPCTL_STATE_DIR, else /var/lib/tdispctl for root, else ~/.local/state/tdispctl.",
            valueName: "dir"))
    var stateDirectory: String?

    @Option(
        help: ArgumentHelp(
            "Work on an emulated host of this topology.",
            discussion:
                "'demo', or a YAML file. Default: $TDISPCTL_TOPOLOGY, else the emulated host that already runs.",
            valueName: "name|file"))
    var topology: String?

    @Option(
        help: ArgumentHelp(
            "libvirt connection for the emulated host's domains.",
            discussion: "Default: $TDISPCTL_CONNECT, else libvirt's built-in test driver with domains of the topology.",
            valueName: "uri"))
    var connect: String?

    @Option(name: [.short, .long], help: "How results are printed.")
    var output: OutputFormat = .table

    @Flag(name: [.short, .long], help: "Print no progress.")
    var quiet = false

    @Option(
        help: ArgumentHelp(
            "Wait so long for another tdispctl that works in the same state directory.", valueName: "seconds"))
    var wait: Double = 5

    mutating func validate() throws {
        guard wait >= 0, wait.isFinite else { throw ValidationError("--wait takes seconds, 0 or more") }
        let environment = ProcessInfo.processInfo.environment
        stateDirectory = stateDirectory ?? environment.nonEmpty("TDISPCTL_STATE_DIR")
        topology = topology ?? environment.nonEmpty("TDISPCTL_TOPOLOGY")
        connect = connect ?? environment.nonEmpty("TDISPCTL_CONNECT")
    }
}

extension GlobalOptions {
    /// The state directory that was named, or the default one. Throws when there is none.
    var directory: String {
        get throws(JournalError) {
            if let stateDirectory { return stateDirectory }
            return try StateDirectory.defaultPath(environment: ProcessInfo.processInfo.environment)
        }
    }
}

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

extension [String: String] {
    /// The variable's value, if it is set and not empty.
    func nonEmpty(_ name: String) -> String? {
        self[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
