import Testing

@testable import Libvirt

@Suite struct `XML tree` {
    private func parse(_ xml: String) throws -> XMLTree { try XMLTree(parsing: xml, source: "test") }

    @Test func `is written as it was read, prefixes, comments and foreign elements included`() throws {
        let xml = "<a xmlns:q=\"urn:q\"><!-- c --><q:b x=\"1\" y=\"2\">text</q:b><c/></a>"
        #expect(try parse(xml).description == xml)
    }

    @Test(arguments: ["<&>\"'", "a\tb\nc\rd", "  two  ", "é漢🦊", "]]>", "-->", "&amp;", "%s", ""])
    func `text and attributes come back as they were`(value: String) throws {
        let tree = XMLTree("a", ["v": value], value.isEmpty ? [] : [.text(value)])
        let read = try parse(tree.description)
        #expect(read.attributes["v"] == value)
        #expect(read.text == value)
    }

    @Test func `characters that XML cannot hold become the replacement character`() throws {
        let tree = XMLTree("a", text: "x\u{0}\u{1}\u{1F}\u{FFFE}\u{FFFF}y")
        #expect(try parse(tree.description).text == "x\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}y")
    }

    @Test func `text in a CDATA section is text`() throws {
        #expect(try parse("<a><![CDATA[<b>&]]></a>").text == "<b>&")
    }

    @Test(arguments: [
        "", " ", "text", "<a>", "<a></b>", "<a><b></a></b>", "<a/><b/>", "<a x=1/>", "<a x='1' x='2'/>",
        "<a>&nbsp;</a>",
        "<a>\u{1}</a>", "<q:a", "<a/>trailing",
    ]) func `malformed XML is an error that names its source`(xml: String) throws {
        let error = try #require(throws: LibvirtError.self) { try parse(xml) }
        #expect(error.code == .xmlError)
        #expect(error.domain == .none)
        #expect(error.function == "test")
    }

    @Test(arguments: [
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y \"&x;&x;&x;&x;&x;&x;\">]><a>&y;</a>",
    ]) func `a document with a DTD is refused`(xml: String) throws {
        let error = try #require(throws: LibvirtError.self) { try parse(xml) }
        #expect(error.code == .xmlError)
        #expect(error.message.contains("DTD"))
    }

    @Test(arguments: ["<?x?><a/>", "<a><b><?x?></b></a>", "<a/><?x?>", "<a><?x y?><?x?></a>"])
    func `a processing instruction without data is refused before the parser sees it`(xml: String) throws {
        let error = try #require(throws: LibvirtError.self) { try parse(xml) }
        #expect(error.code == .xmlError)
        #expect(error.message.contains("processing instruction"))
    }

    @Test func `a processing instruction with data, and the declaration, are passed over`() throws {
        #expect(try parse("<?xml version='1.0'?><a><?x y?>t</a>").text == "t")
    }

    @Test func `every truncation of a document is an error`() throws {
        let xml = "<a x=\"1\"><b>t</b><!--c--></a>"
        for length in 0..<xml.count {
            #expect(throws: LibvirtError.self, "\(length)") { try parse(String(xml.prefix(length))) }
        }
    }

    @Test func `elements nested too deep are an error`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(try parse(nested(128)).name == "a")
        for depth in [129, 100_000] {
            let error = try #require(throws: LibvirtError.self) { try parse(nested(depth)) }
            #expect(error.message.contains("too deep"))
        }
    }
}
