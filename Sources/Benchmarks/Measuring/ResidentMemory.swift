import Foundation

/// The memory of this process that is in RAM.
enum ResidentMemory {
    /// Bytes now.
    static func bytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { throw NotDone("/proc/self/statm: \(text)") }
        return pages * 4096
    }
}
