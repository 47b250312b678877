internal import Foundation

/// The file of a Unix socket, which stays when whoever listened there is gone.
package enum SocketFile {
    /// Removes the file of a socket. A file of another kind stays, and nobody can listen there.
    package static func remove(_ path: String) {
        let manager = FileManager.default
        guard let type = try? manager.attributesOfItem(atPath: path)[.type] as? FileAttributeType, type == .typeSocket
        else { return }
        try? manager.removeItem(atPath: path)
    }
}
