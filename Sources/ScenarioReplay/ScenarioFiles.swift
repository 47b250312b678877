internal import Foundation
public import StrictYAML

/// Finds scenario files.
public enum ScenarioFiles {
    /// The scenario files that paths name, each once, sorted: a file itself, and of a folder every `.yaml` file below it, but
    /// not what is in folders named `topologies`.
    ///
    /// Throws ``YAMLError`` for a path that is not there, and for a folder without scenarios.
    public static func find(_ paths: [String]) throws(YAMLError) -> [String] {
        var found: Set<String> = []
        for path in paths { found.formUnion(try files(at: path)) }
        return found.sorted()
    }

    private static func files(at path: String) throws(YAMLError) -> [String] {
        let files = FileManager.default
        let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? files.attributesOfItem(atPath: place) else {
            throw YAMLError(YAMLPosition(file: path, line: 1, column: 1), "there is no such file or folder")
        }
        guard attributes[.type] as? FileAttributeType == .typeDirectory else { return [path] }
        let below = (try? files.subpathsOfDirectory(atPath: place)) ?? []
        let scenarios = below.filter { name in
            name.hasSuffix(".yaml") && !name.split(separator: "/").dropLast().contains("topologies")
        }
        guard !scenarios.isEmpty, !path.split(separator: "/").contains("topologies") else {
            throw YAMLError(YAMLPosition(file: path, line: 1, column: 1), "there are no scenarios in this folder")
        }
        let folder = path.hasSuffix("/") ? path : path + "/"
        return scenarios.map { folder + $0 }
    }
}
