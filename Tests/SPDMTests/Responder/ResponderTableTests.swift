import SPDM
import Testing

/// What every request is answered in every state: a message's code, an ERROR's, or what happens else.
@Suite struct `Responder, every request in every state` {
    /// Columns: closed, lost, versioned, capable, negotiated, handshake in its records, beside them, PSK handshake in
    /// its records, handshake in the clear, session in its records, beside them, between chunks, before CHUNK_GET.
    private static let table = """
        GET_VERSION                   04  04  04  04  04  e04 04  e04 04  e04 04  04  04
        GET_CAPABILITIES              e04 e43 61  e04 e04 e04 e04 e04 e04 e04 e04 e04 e04
        NEGOTIATE_ALGORITHMS          e04 e43 e04 63  e04 e04 e04 e04 e04 e04 e04 e04 e04
        GET_DIGESTS                   e04 e43 e04 e04 01  e04 01  e04 01  01  01  e04 e04
        GET_CERTIFICATE               e04 e43 e04 e04 02  e04 02  e04 02  02  02  e04 e04
        CHALLENGE                     e04 e43 e04 e04 03  e04 03  e04 03  e04 03  e04 e04
        GET_MEASUREMENTS              e04 e43 e04 e04 60  e04 60  e04 60  60  60  e04 e04
        KEY_EXCHANGE                  e04 e43 e04 e04 64  e04 64  e04 64  e04 64  e04 e04
        FINISH                        e04 e43 e04 e04 e0b 65  e0b e04 65  e04 e0b e04 e04
        PSK_EXCHANGE                  e04 e43 e04 e04 66  e04 66  e04 66  e04 66  e04 e04
        PSK_FINISH                    e04 e43 e04 e04 e0b e04 e0b 67  e0b e04 e0b e04 e04
        HEARTBEAT                     e04 e43 e04 e04 e0b e04 e0b e04 e0b 68  e0b e04 e04
        KEY_UPDATE                    e04 e43 e04 e04 e0b e04 e0b e04 e0b 69  e0b e04 e04
        GET_ENCAPSULATED_REQUEST      e04 e43 e04 e04 e04 e04 e04 e04 e04 e04 e04 e04 e04
        DELIVER_ENCAPSULATED_RESPONSE e04 e43 e04 e04 e04 e04 e04 e04 e04 e04 e04 e04 e04
        END_SESSION                   e04 e43 e04 e04 e0b e04 e0b e04 e0b 6c  e0b e04 e04
        CHUNK_SEND                    e04 e43 e04 05  05  05  05  05  05  05  05  05  e04
        CHUNK_GET                     e04 e43 e04 e04 e04 e04 e04 e04 e04 e04 e04 e04 06
        RESPOND_IF_READY              e04 e43 e04 e04 e04 e04 e04 e04 e04 e04 e04 e04 e04
        VENDOR_DEFINED                e04 e43 e04 e04 dev e04 dev e04 dev dev dev e04 e04
        """

    private static var states: [(fixture: ResponderFixture, session: SessionID?)] {
        let session = ResponderFixture.session
        var versioned = ResponderFixture()
        _ = versioned.send(.getVersion(GetVersion()))
        var capable = versioned
        _ = capable.send(ResponderFixture.capabilities())
        var lost = ResponderFixture.connected()
        _ = lost.take(.incident(.reset))
        return [
            (ResponderFixture(), nil), (lost, nil), (versioned, nil), (capable, nil), (.connected(), nil),
            (.handshaking(), session), (.handshaking(), nil), (.handshakingPSK(), session),
            (.handshakingInTheClear(), nil), (.established(), session), (.established(), nil),
            (.receivingChunks(), nil), (.holdingResponse(), nil),
        ]
    }

    private static func shortened(_ answer: String) -> String {
        answer == "deliver" ? "dev" : answer.replacing("error ", with: "e")
    }

    @Test func `each is answered as the table says, and one that is refused changes nothing`() {
        let rows = Self.table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let requests = ResponderFixture().requests
        #expect(rows.map { $0[0] } == requests.map(\.name))
        for (column, state) in Self.states.enumerated() {
            for (row, request) in zip(rows, requests) {
                var fixture = state.fixture
                let before = fixture.machine
                let effect = fixture.send(request.bytes, over: state.session)
                let place = "\(request.name) in column \(column)"
                #expect(Self.shortened(effect.answer) == row[column + 1], "\(place)")
                if let response = effect.response { #expect(response.session == state.session, "\(place)") }
                if row[column + 1].hasPrefix("e") { #expect(fixture.machine == before, "\(place)") }
            }
        }
    }

    @Test func `every request cut short is refused in every state and changes nothing`() {
        for (column, state) in Self.states.enumerated() {
            for request in ResponderFixture().requests {
                for count in 0..<request.bytes.count {
                    // What DELIVER_ENCAPSULATED_RESPONSE carries has no length of its own.
                    if request.name == "DELIVER_ENCAPSULATED_RESPONSE", count >= 4 { continue }
                    // A chunk ends the large message when it is wrong, and says so in an acknowledgement.
                    if request.name == "CHUNK_SEND", count == 3 { continue }
                    var fixture = state.fixture
                    let before = fixture.machine
                    let effect = fixture.send(Array(request.bytes.prefix(count)), over: state.session)
                    #expect(effect.answer.hasPrefix("error"), "\(request.name) of \(count) bytes in column \(column)")
                    #expect(fixture.machine == before, "\(request.name) of \(count) bytes in column \(column)")
                }
            }
        }
    }

    @Test func `bytes behind a request are padding in the clear and refused in a session`() {
        for (column, state) in Self.states.enumerated() {
            for request in ResponderFixture().requests where !request.name.hasPrefix("DELIVER") {
                var exact = state.fixture
                var padded = state.fixture
                let expected = exact.send(request.bytes, over: state.session)
                let effect = padded.send(request.bytes + [0, 0, 0], over: state.session)
                let place = "\(request.name) in column \(column)"
                if state.session == nil {
                    #expect(effect == expected, "\(place)")
                    #expect(padded.machine == exact.machine, "\(place)")
                } else {
                    #expect(effect.answer.hasPrefix("error"), "\(place)")
                }
            }
        }
    }

    @Test func `another version byte is a mismatch once a version was chosen`() {
        for state in Self.states.dropFirst(3) where state.session == nil {
            for request in ResponderFixture(version: .v1_1).requests.dropFirst() {
                var fixture = state.fixture
                guard fixture.machine.transfers.isEmpty else { continue }
                #expect(fixture.send(request.bytes).answer == "error 41", "\(request.name)")
                #expect(fixture.machine == state.fixture.machine, "\(request.name)")
            }
        }
    }

    @Test func `codes that are no request are unsupported, with their code`() {
        for code: UInt8 in [0x01, 0x64, 0x7F, 0x80, 0xED, 0xF0] {
            var fixture = ResponderFixture.connected()
            let effect = fixture.send([0x12, code, 0, 0])
            #expect(effect.bytes == [0x12, 0x7F, 0x07, code])
        }
    }

    @Test func `a record of a session that is not there is not answered`() {
        var fixture = ResponderFixture.established()
        let before = fixture.machine
        let effect = fixture.send(.heartbeat(Heartbeat()), over: SessionID(rawValue: 1))
        #expect(effect == .none)
        #expect(fixture.machine == before)
    }
}
