import Foundation
import FuzzEntries

/// The value of one of our own options. libFuzzer passes over arguments with two dashes, and hands them on to the
/// processes that it starts.
func value(ofOption option: String) -> String? {
    CommandLine.arguments.first { $0.hasPrefix(option) }.map { String($0.dropFirst(option.count)) }
}

/// The target of this process.
let chosenTarget: FuzzTarget = {
    let name = value(ofOption: "--target=")
    guard let name, let target = FuzzTarget(rawValue: name) else {
        print("no target of this name: \(name ?? "none given")")
        exit(2)
    }
    return target
}()

/// Writes what the recorded runs have for the target into a folder.
func writeRecordedInputs(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for input in try chosenTarget.recordedInputs() {
        try Data(input.bytes).write(to: folder.appending(path: input.name))
    }
}
