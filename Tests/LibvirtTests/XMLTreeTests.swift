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
        "<a>&nbsp;</a>", "<a>\u{1}</a>", "<q:a", "<a/>trailing", "</a>", "< a/>", "<1/>", "<a></a", "<a x='1'y='2'/>",
        "<a x='<'/>", "<a x='1\"/>", "<a x/>", "<a>]]></a>", "<a><!-- -- --></a>", "<a><!--x---></a>", "<a>&lt</a>",
        "<a>&</a>", "<a>&#;</a>", "<a>&#0;</a>", "<a>&#xFFFE;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>",
        "<a>&#+65;</a>", "<a>&#A;</a>", "<a>&#99999999999;</a>", "<a><?xml version='1.0'?></a>",
        " <?xml version='1.0'?><a/>", "<?xml version='2.0'?><a/>", "<?xml?><a/>", "<?xml version='1.0'><a/>",
        "<?xml encoding='UTF-8' version='1.0'?><a/>", "<?xml version='1.0' x='1'?><a/>", "<a><?></a>",
        "<a><!DOCTYPE b></a>", "<a><![CDATA[x]]</a>", "<a\u{0}/>",
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

    @Test(arguments: [
        "<?xml version='1.0' encoding='UTF-8'?>\n<a>t</a>\n", "\u{FEFF}<?xml version='1.0'?><a>t</a>",
        "<?x?><!-- c --><a>t</a><?x y?>", "<a><?x?>t<?xml-stylesheet href='?'?></a>", "<a\n>t</a\t>",
    ]) func `the declaration, instructions and comments around the root are passed over`(xml: String) throws {
        #expect(try parse(xml) == XMLTree("a", text: "t"))
    }

    @Test func `references are the characters that they name`() throws {
        let tree = try parse("<a v='&lt;&gt;&amp;&quot;&apos;&#65;&#x1F98A;&#10;'>&#x41;&lt;/a&gt;</a>")
        #expect(tree == XMLTree("a", ["v": "<>&\"'A🦊\n"], [.text("A</a>")]))
    }

    @Test func `ends of lines are line feeds in text, and blanks in attributes`() throws {
        let tree = try parse("<a v='1\r\n2\r3\n4\t5'>1\r\n2\r3\n<!--\r\n--><![CDATA[\r\n\r]]></a>")
        #expect(tree == XMLTree("a", ["v": "1 2 3 4 5"], [.text("1\n2\n3\n"), .comment("\n"), .text("\n\n")]))
    }

    @Test func `names may be of any script`() throws {
        #expect(try parse("<été 名='1'/>") == XMLTree("été", ["名": "1"]))
    }

    @Test func `an error says line and column`() throws {
        let error = try #require(throws: LibvirtError.self) { try parse("<a>\n  <b>&x;</b>\n</a>") }
        #expect(error.message == "the XML is not well-formed (line 2, column 7)")
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
