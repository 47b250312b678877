import Testing

@testable import MachineGraph

@Suite struct `DOT` {
    @Test func `of the connection machine`() {
        #expect(MachineGraph.render(.connection, as: .dot) == Golden.connectionDOT)
    }

    @Test func `escapes quotes, backslashes and line breaks`() {
        #expect("a \"b\" \\ c\nd".quoted == #""a \"b\" \\ c\nd""#)
        let text = DOTRenderer.render(.made(["a\"b"]))
        #expect(text.contains(#"    "a\"b" [label="a\"b\nno DMA", "#))
        #expect(text.contains(#"    start -> "a\"b";"#))
    }

    @Test func `draws a jump from a place of its own`() {
        let jump = Graph.Jump(to: "a", event: "restart", effects: ["cut"], exceptions: ["b"])
        let text = DOTRenderer.render(.made(["a", "b"], jumps: [jump]))
        #expect(text.contains(#"anywhere0 [shape=plaintext, style="", label="from anywhere but b"];"#))
        #expect(text.contains(#"anywhere0 -> "a" [label="restart\n/ cut""#))
    }
}

@Suite struct `Mermaid` {
    @Test func `of the connection machine`() {
        #expect(MachineGraph.render(.connection, as: .mermaid) == Golden.connectionMermaid)
    }

    @Test func `escapes what would end a string, a statement or a label`() {
        #expect(MermaidRenderer.escaped("a \"b\"; c: #d") == "a #34;b#34;#59; c#58; #35;d")
        #expect(MermaidRenderer.escaped("<x>\ny") == "#60;x#62;<br/>y")
    }

    @Test func `makes identifiers of letters and digits`() {
        #expect(MermaidRenderer.identifier("stopping, after reset") == "stopping__after_reset")
        #expect(MermaidRenderer.identifier("K\u{E9}y-1") == "K_y_1")
    }

    @Test(arguments: Picture.all)
    func `identifiers stay different`(_ picture: Picture) {
        let nodes = picture.graph.nodes
        #expect(Set(nodes.map { MermaidRenderer.identifier($0.id) }).count == nodes.count)
    }
}

@Suite struct `Rendering` {
    @Test(arguments: Picture.plain)
    func `gives the same text every time`(_ picture: Picture) {
        let graph = picture.graph
        #expect(MachineGraph.render(picture.machine, as: .svg) == picture.svg)
        #expect(MachineGraph.render(picture.machine, as: .dot) == DOTRenderer.render(graph))
        #expect(MachineGraph.render(picture.machine, as: .mermaid) == MermaidRenderer.render(graph))
    }

    @Test(arguments: Picture.all)
    func `names every node in every format`(_ picture: Picture) {
        let texts = [picture.svg, DOTRenderer.render(picture.graph), MermaidRenderer.render(picture.graph)]
        for node in picture.graph.nodes {
            for text in texts {
                #expect(text.contains(node.label) || text.contains(MermaidRenderer.escaped(node.label)))
            }
        }
    }

    @Test func `groups many events and names few`() {
        func label(_ strand: Graph.Edge.Strand, _ events: [String]) -> String {
            Graph.Edge(from: "a", to: "b", strand: strand, events: events, effects: []).label
        }
        #expect(label(.trouble, ["gone"]) == "gone")
        #expect(label(.trouble, ["gone", "reset"]) == "trouble (2)")
        #expect(label(.onward, ["go", "stop"]) == "go or stop")
        #expect(
            label(.onward, ["release to attached", "release to available"]) == "release to attached or to available")
        #expect(label(.straight, ["one", "two", "three"]) == "one or 2 others")
    }
}
