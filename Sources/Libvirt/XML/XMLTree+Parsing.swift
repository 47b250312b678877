import Foundation
import FoundationXML

extension XMLTree {
    /// Parses a document; `source` names in errors where it comes from.
    ///
    /// Throws ``LibvirtError/Code/xmlError`` for malformed XML, for a document with a DTD (libvirt writes none, and entities
    /// are how a small document becomes a huge one), and for a processing instruction without data, such as `<?x?>`, which
    /// a domain's metadata may hold and at which Foundation's parser crashes.
    init(parsing xml: String, source: String) throws(LibvirtError) {
        guard !xml.contains("<!DOCTYPE") else {
            throw LibvirtError(.xmlError, message: "the XML has a DTD", function: source)
        }
        guard !xml.hasInstructionWithoutData else {
            throw LibvirtError(
                .xmlError, message: "the XML has a processing instruction without data", function: source)
        }
        let parser = XMLParser(data: Data(xml.utf8))
        parser.shouldResolveExternalEntities = false
        let builder = TreeBuilder()
        parser.delegate = builder
        // parse() returns true after some errors, too.
        guard parser.parse(), parser.parserError == nil, !builder.isTooDeep, let root = builder.root else {
            let reason = builder.isTooDeep ? "nests too deep" : "is not well-formed"
            throw LibvirtError(
                .xmlError, message: "the XML \(reason) (line \(parser.lineNumber), column \(parser.columnNumber))",
                function: source)
        }
        self = root
    }
}

extension String {
    /// Whether `<?` and `?>` stand anywhere without white space between them.
    fileprivate var hasInstructionWithoutData: Bool {
        components(separatedBy: "<?").dropFirst().contains { rest in
            guard let end = rest.range(of: "?>") else { return false }
            return !rest[..<end.lowerBound].unicodeScalars.contains { $0.properties.isWhitespace }
        }
    }
}

/// Builds a tree from the parser's events; used on one thread, during one call of `parse()`.
private final class TreeBuilder: NSObject, XMLParserDelegate {
    /// Far more than libvirt needs, and little enough for functions that descend into the tree.
    private static let depthLimit = 128

    private(set) var root: XMLTree?
    private(set) var isTooDeep = false
    private var open: [XMLTree] = []

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI _: String?, qualifiedName _: String?,
        attributes: [String: String]
    ) {
        guard open.count < Self.depthLimit else {
            isTooDeep = true
            return parser.abortParsing()
        }
        open.append(XMLTree(name, attributes))
    }

    func parser(_: XMLParser, didEndElement _: String, namespaceURI _: String?, qualifiedName _: String?) {
        guard let element = open.popLast() else { return }
        if open.isEmpty { root = element } else { add(.element(element)) }
    }

    func parser(_: XMLParser, foundCharacters text: String) { add(.text(text)) }

    func parser(_: XMLParser, foundCDATA block: Data) { add(.text(String(decoding: block, as: UTF8.self))) }

    func parser(_: XMLParser, foundComment comment: String) { add(.comment(comment)) }

    private func add(_ content: XMLTree.Content) {
        guard !open.isEmpty else { return }
        open[open.count - 1].content.append(content)
    }
}
