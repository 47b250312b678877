import Foundation
import FuzzEntries

/// An input of a target that is kept in `Tests/Fuzz`, or made of a recorded run.
struct KeptInput {
    /// Its path in `Tests/Fuzz`, or the run.
    let name: String
    let bytes: [UInt8]
    /// At how many places a test changes it: recorded inputs are many, and long.
    var placeCount = 128

    /// So many places, spread over it.
    var places: some Sequence<Int> {
        stride(from: 0, to: bytes.count, by: max(1, (bytes.count + placeCount - 1) / placeCount))
    }

    /// Where inputs are kept: what fuzzing starts from, and what it found.
    enum Folder: String, CaseIterable {
        case corpus = "Corpus"
        case crashes = "Crashes"

        var url: URL {
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "Fuzz/\(rawValue)")
        }

        /// The names of the folders in it.
        var targets: [String] {
            get throws {
                try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: [.isDirectoryKey])
                    .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
                    .map(\.lastPathComponent)
            }
        }
    }

    /// What fuzzing of a target starts from.
    static func seeds(of target: FuzzTarget) throws -> [KeptInput] {
        try all(of: target, in: .corpus)
            + target.recordedInputs().map {
                KeptInput(name: "\(target.rawValue) of \($0.name)", bytes: $0.bytes, placeCount: 16)
            }
    }

    /// The inputs of a target in a folder, in order of their names.
    static func all(of target: FuzzTarget, in folder: Folder) throws -> [KeptInput] {
        guard try folder.targets.contains(target.rawValue) else { return [] }
        return try FileManager.default.contentsOfDirectory(
            at: folder.url.appending(path: target.rawValue), includingPropertiesForKeys: nil
        )
        .map { file in
            KeptInput(
                name: "\(folder.rawValue)/\(target.rawValue)/\(file.lastPathComponent)",
                bytes: [UInt8](try Data(contentsOf: file)))
        }
        .sorted { $0.name < $1.name }
    }
}
