import SPDMTransport
import Testing

@Suite struct `Endpoint of a peer` {
    private static let longest = String(repeating: "a", count: 106)

    @Test(
        arguments: [
            ("spdm-emu://127.0.0.1:2323", .tcp(host: "127.0.0.1", port: 2323)),
            ("spdm-emu://127.0.0.1", .tcp(host: "127.0.0.1", port: 2323)),
            ("spdm-emu://box-1.example:65535", .tcp(host: "box-1.example", port: 65535)),
            ("spdm-emu://[::1]:7", .tcp(host: "::1", port: 7)),
            ("spdm-emu://[fe80::1%eth0]", .tcp(host: "fe80::1%eth0", port: 2323)),
            ("spdm-emu+unix:///run/dsm.sock", .unix(path: "/run/dsm.sock")),
            ("spdm-emu+unix:///\(longest)", .unix(path: "/\(longest)")),
            ("spdm-emu+stdio:", .standardIO),
        ] as [(String, Endpoint)])
    func `an endpoint is read and written`(text: String, endpoint: Endpoint) throws {
        #expect(try Endpoint(parsing: text) == endpoint)
        #expect(try Endpoint(parsing: endpoint.description) == endpoint)
        #expect(try Endpoint(listeningAt: text) == endpoint)
    }

    @Test(arguments: [
        ("", "it does not begin with spdm-emu://, spdm-emu+unix:// or spdm-emu+stdio:"),
        ("127.0.0.1:2323", "it does not begin with spdm-emu://, spdm-emu+unix:// or spdm-emu+stdio:"),
        ("http://host", "it does not begin with spdm-emu://, spdm-emu+unix:// or spdm-emu+stdio:"),
        ("spdm-emu://", "there is no host"),
        ("spdm-emu://:2323", "there is no host"),
        ("spdm-emu://host:", "the port is not a number from 0 to 65535"),
        ("spdm-emu://host:65536", "the port is not a number from 0 to 65535"),
        ("spdm-emu://host:+1", "the port is not a number from 0 to 65535"),
        ("spdm-emu://host:1/", "the port is not a number from 0 to 65535"),
        ("spdm-emu://host:0", "port 0 cannot be connected to"),
        ("spdm-emu://ho st", "the host has a character that no host has"),
        ("spdm-emu://::1:2323", "an IPv6 address must stand in brackets"),
        ("spdm-emu://[::1", "a ']' is missing"),
        ("spdm-emu://[::1]2323", "the port is not a number from 0 to 65535"),
        ("spdm-emu://[]:1", "there is no host"),
        ("spdm-emu+unix://run/dsm.sock", "the path of the socket is not absolute"),
        ("spdm-emu+unix:///", "the path of the socket is not absolute"),
        ("spdm-emu+unix:///a\0b", "the path of the socket has a control character in it"),
        ("spdm-emu+unix:///a\u{1B}[2Jb", "the path of the socket has a control character in it"),
        ("spdm-emu+unix:///\(longest)b", "the path of the socket has 108 bytes, and 107 is the most"),
        ("spdm-emu+stdio:x", "nothing may stand behind 'spdm-emu+stdio:'"),
    ]) func `what is wrong with a text is said`(text: String, reason: String) {
        #expect { try Endpoint(parsing: text) } throws: { ($0 as? Endpoint.ParseError)?.reason == reason }
    }

    @Test func `to listen a host and a port are enough, and port 0 is any`() throws {
        #expect(try Endpoint(listeningAt: "127.0.0.1:0") == .tcp(host: "127.0.0.1", port: 0))
        #expect(try Endpoint(listeningAt: "localhost") == .tcp(host: "localhost", port: 2323))
        #expect(throws: Endpoint.ParseError.self) { try Endpoint(listeningAt: "spdm-emu+tcp://host") }
    }

    @Test func `an error is one line, whatever the text is`() {
        let error = #expect(throws: Endpoint.ParseError.self) { try Endpoint(parsing: "a\n\u{1B}[31m") }
        #expect(error?.description.contains("\n") == false)
        #expect(error?.description.contains("\u{1B}") == false)
    }
}
