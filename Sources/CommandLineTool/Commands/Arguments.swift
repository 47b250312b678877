public import ArgumentParser
public import MachineGraph

extension MachineGraph.Machine: ExpressibleByArgument {}
extension MachineGraph.Format: ExpressibleByArgument {}
