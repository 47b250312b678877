extension XMLTree {
    /// Parses a document; `source` names in errors where it comes from.
    ///
    /// Throws ``LibvirtError/Code/xmlError`` for malformed XML, for a document with a DTD (libvirt writes none, and entities
    /// are how a small document becomes a huge one), and for elements that nest deeper than ``XMLReader/depthLimit``.
    init(parsing xml: String, source: String) throws(LibvirtError) {
        var reader = XMLReader(xml)
        do throws(XMLReader.Fault) {
            self = try reader.document()
        } catch {
            let (line, column) = reader.place
            throw LibvirtError(
                .xmlError, message: "the XML \(error.rawValue) (line \(line), column \(column))", function: source)
        }
    }
}
