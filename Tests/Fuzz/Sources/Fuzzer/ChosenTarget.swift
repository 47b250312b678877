import Foundation
import FuzzEntries

/// The target of this process. libFuzzer passes over arguments with two dashes, and hands them on to the processes that it
/// starts.
let chosenTarget: FuzzTarget = {
    let option = "--target="
    let name = CommandLine.arguments.first { $0.hasPrefix(option) }?.dropFirst(option.count)
    guard let name, let target = FuzzTarget(rawValue: String(name)) else {
        print("no target of this name: \(name ?? "none given")")
        exit(2)
    }
    return target
}()
