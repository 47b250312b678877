import Foundation

/// What SPIN finds in the model that is written by hand, and how long it takes.
struct SpinCount {
    let states: Int
    let transitions: Int
    /// Seconds of processor time of its search alone, compiled before.
    let seconds: Double

    /// Runs it.
    init(devices: Int, folder: String) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "\(folder)/count")
        process.arguments = ["\(devices)"]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let numbers = text.split { $0.isWhitespace }.compactMap { Double($0) }
        try require(process.terminationStatus == 0 && numbers.count == 3, "\(folder)/count: \(text)")
        (states, transitions, seconds) = (Int(numbers[0]), Int(numbers[1]), numbers[2])
    }
}
