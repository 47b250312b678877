import Foundation
import FoundationXML
import Testing

@testable import MachineGraph

@Suite struct `SVG` {
    @Test(arguments: Picture.all)
    func `is well-formed, and complete in itself`(_ picture: Picture) throws {
        let text = picture.svg
        let document = SVGDocument(text)
        #expect(document.error == nil)
        #expect(document.root == "svg")
        let view = try #require(document.rootAttributes["viewBox"]).split(separator: " ").compactMap { Int($0) }
        #expect(view.count == 4 && view[2] > 0 && view[3] > 0)
        #expect(document.rootAttributes["width"] == "\(view[2])" && document.rootAttributes["height"] == "\(view[3])")
        for reference in ["href", "@import", "<script", "<style", "<image"] { #expect(!text.contains(reference)) }
    }

    @Test(arguments: Picture.all)
    func `shows each node's name and DMA, and each edge with all its events`(_ picture: Picture) {
        let graph = picture.graph
        let document = SVGDocument(picture.svg)
        for node in graph.nodes {
            #expect(document.texts.contains(node.label))
            #expect(document.texts.contains(node.traffic))
        }
        for edge in graph.edges {
            let events = edge.events.joined(separator: ", ")
            #expect(document.titles.contains { $0.hasPrefix("\(edge.from) to \(edge.to): \(events)") })
        }
        for legend in graph.legend { #expect(document.texts.contains(legend.text)) }
    }

    @Test func `escapes what XML reserves`() {
        let hostile = "a<b> & \"c\" 'd'"
        let document = SVGDocument(SVGRenderer.render(.made([hostile])))
        #expect(document.error == nil)
        #expect(document.texts.contains(hostile))
        #expect(SVGWriter.escaped(hostile) == "a&lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;")
    }

    @Test func `puts a second border around what is put away`() {
        var graph = Graph.made(["a"])
        let single = SVGDocument(SVGRenderer.render(graph)).elements.count { $0 == "rect" }
        graph.nodes[0].kind = .quarantine
        // One more around the box, one more in the legend.
        #expect(SVGDocument(SVGRenderer.render(graph)).elements.count { $0 == "rect" } == single + 2)
    }
}

/// What the tests want to know of an SVG text.
final class SVGDocument: NSObject, XMLParserDelegate {
    private(set) var error: (any Error)?
    private(set) var elements: [String] = []
    private(set) var rootAttributes: [String: String] = [:]
    private(set) var texts: Set<String> = []
    private(set) var titles: Set<String> = []
    /// The x of each text.
    private(set) var starts: [String: Int] = [:]
    private var content = ""
    private var start: Int?

    var root: String? { elements.first }

    init(_ text: String) {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        if !parser.parse() { error = parser.parserError ?? CocoaError(.coderReadCorrupt) }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if elements.isEmpty { rootAttributes = attributes }
        elements.append(name)
        content = ""
        start = attributes["x"].flatMap { Int($0) }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { content += string }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if name == "text" {
            texts.insert(content)
            starts[content] = start
        }
        if name == "title" { titles.insert(content) }
        content = ""
    }
}
