internal import ArgumentParser
internal import MachineGraph

extension MachineGraph.Machine: ExpressibleByArgument {}
extension MachineGraph.Format: ExpressibleByArgument {}
