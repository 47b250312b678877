import Foundation

/// A host for libvirt's built-in test driver: a file that `test://` and its path open, with no daemon behind it.
///
/// Every connection to the file has a state of its own, which ends with the connection.
public struct TestDriverDocument: Hashable, Sendable {
    /// One domain of the host.
    public struct Domain: Hashable, Sendable {
        /// The name, unique in the document.
        public var name: String
        /// The UUID, unique in the document.
        public var uuid: DomainUUID
        /// Memory in KiB.
        public var memoryKiB: UInt64
        /// Whether it runs when the file is opened.
        public var isRunning: Bool
        /// The TEE written into the domain's metadata; nil for a domain that is not confidential.
        public var tee: String?

        /// Creates a domain.
        public init(name: String, uuid: DomainUUID, memoryKiB: UInt64, isRunning: Bool, tee: String?) {
            self.name = name
            self.uuid = uuid
            self.memoryKiB = memoryKiB
            self.isRunning = isRunning
            self.tee = tee
        }
    }

    /// The domains.
    public var domains: [Domain]

    /// Creates a document.
    public init(domains: [Domain]) { self.domains = domains }

    /// The document's text.
    public var xml: String {
        XMLTree("node", [:], domains.map { .element($0.element) }).description + "\n"
    }

    /// Writes the document to the absolute `path`, all or nothing, and returns the URI that opens it.
    ///
    /// Throws ``LibvirtError/Code/systemError`` when the file cannot be written.
    public func write(to path: String) throws(LibvirtError) -> String {
        let uri = try Self.uri(path: path)
        do {
            try Data(xml.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch CocoaError.fileWriteOutOfSpace {
            throw LibvirtError(
                .systemError, message: "cannot write \(path): the disk is full", function: "write", isDiskFull: true)
        } catch {
            throw LibvirtError(
                .systemError, message: "cannot write \(path): \(systemReason(of: error))", function: "write")
        }
        return uri
    }

    /// The URI that opens the document at the absolute `path`.
    ///
    /// Throws ``LibvirtError/Code/invalidArgument`` for a path that is not absolute, and for `/default`, which libvirt
    /// takes for its built-in host.
    public static func uri(path: String) throws(LibvirtError) -> String {
        guard path.hasPrefix("/"), path != "/default",
            let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)
        else {
            throw LibvirtError(
                .invalidArgument, message: "'\(path)' is not an absolute path of a file", function: "test driver URI")
        }
        return "test://" + escaped
    }

    /// Throws ``LibvirtError/Code/systemError`` when `uri` opens a document that cannot be read: libvirt's XML library
    /// would print that to standard error.
    static func checkReadable(uri: String) throws(LibvirtError) {
        guard let url = URLComponents(string: uri), url.scheme == "test", url.host ?? "" == "", url.path != "/default",
            FileManager.default.contents(atPath: url.path) == nil
        else { return }
        throw LibvirtError(.systemError, message: "cannot read \(url.path)", function: "virConnectOpen")
    }
}

/// What the system said, in its own words, in an error that came through Foundation.
private func systemReason(of error: any Error) -> String {
    let cause = ((error as? CocoaError)?.underlying ?? error) as NSError
    let words = cause.localizedFailureReason ?? cause.localizedDescription
    return words.prefix(1).lowercased() + words.dropFirst()
}

extension TestDriverDocument.Domain {
    private static let driverNamespace = "http://libvirt.org/schemas/domain/test/1.0"
    /// VIR_DOMAIN_SHUTOFF; without a state the driver starts the domain.
    private static let shutOff = "5"

    fileprivate var element: XMLTree {
        var children = [
            XMLTree("name", text: name), XMLTree("uuid", text: uuid.description),
            XMLTree("memory", ["unit": "KiB"], [.text(String(memoryKiB))]), XMLTree("vcpu", text: "1"),
            XMLTree("os", [:], [.element(XMLTree("type", text: "hvm"))]),
        ]
        if let tee {
            let binding = DomainBinding(tee: tee).qualifiedElement
            children.append(XMLTree("metadata", [:], [.element(binding)]))
        }
        if !isRunning { children.append(XMLTree("test:runstate", text: Self.shutOff)) }
        return XMLTree(
            "domain", ["type": "test", "xmlns:test": Self.driverNamespace], children.map { .element($0) })
    }
}
