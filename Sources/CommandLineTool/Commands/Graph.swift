internal import ArgumentParser
internal import MachineGraph

/// `tdispctl graph`
struct Graph: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw the program's own state machines, from the code that runs.",
        discussion: "The picture is made by stepping the machine through everything that can happen to it.")

    @Argument(help: "Which machine.")
    var machine: MachineGraph.Machine = .assignment

    @Option(name: [.short, .long], help: "The drawing's language.")
    var format: MachineGraph.Format = .svg

    @Flag(help: "Draw every step inside a phase as well.")
    var detail = false

    func run() throws {
        Console.out(MachineGraph.render(machine, as: format, detail: detail))
    }
}
