import SPDM
import Testing
import WireBytes

@Suite struct `DOE discovery walk` {
    typealias Walk = DOEDiscoveryWalk

    private static func answer(_ type: DOEType, next: UInt8) -> Walk.Event {
        .answered([
            1, 0, 0, 0, 3, 0, 0, 0, UInt8(truncatingIfNeeded: type.vendor), UInt8(type.vendor >> 8), type.number, next,
        ])
    }

    private static func request(_ index: UInt8, _ version: UInt8 = 0) -> Walk.Effect {
        .send([1, 0, 0, 0, 3, 0, 0, 0, index, version, 0, 0])
    }

    private func walk(_ events: [Walk.Event]) -> Walk.Effect {
        events.reduce(Walk.begin()) { Walk.step($0.next, $1) }.effect
    }

    @Test func `number 0 is asked first, with the version of the capability`() {
        #expect(Walk.begin().effect == Self.request(0))
        #expect(Walk.begin(version: 2).effect == Self.request(0, 2))
    }

    @Test func `types are asked for one by one`() {
        #expect(walk([Self.answer(.discovery, next: 1)]) == Self.request(1))
        #expect(walk([Self.answer(.discovery, next: 1), Self.answer(.spdm, next: 2)]) == Self.request(2))
        let all = [Self.answer(.discovery, next: 1), Self.answer(.spdm, next: 2), Self.answer(.securedSPDM, next: 0)]
        #expect(walk(all) == .finish(.success([.discovery, .spdm, .securedSPDM])))
    }

    @Test func `vendor FFFFh ends the list`() {
        let events = [
            Self.answer(.securedSPDM, next: 1), Self.answer(.spdm, next: 2),
            Self.answer(DOEType(vendor: 0xFFFF, number: 0), next: 7),
        ]
        #expect(walk(events) == .finish(.success([.securedSPDM, .spdm])))
    }

    @Test func `a mailbox without secured SPDM, or without SPDM, is of no use`() {
        #expect(
            walk([Self.answer(.discovery, next: 1), Self.answer(.spdm, next: 0)])
                == .finish(.failure(.missing(.securedSPDM))))
        #expect(walk([Self.answer(.securedSPDM, next: 0)]) == .finish(.failure(.missing(.spdm))))
    }

    @Test(arguments: [2, 255] as [UInt8]) func `a next that is not the following number is refused`(next: UInt8) {
        #expect(walk([Self.answer(.discovery, next: next)]) == .finish(.failure(.outOfOrder(0, next: next))))
        #expect(
            walk([Self.answer(.discovery, next: 1), Self.answer(.spdm, next: 1)])
                == .finish(.failure(.outOfOrder(1, next: 1))))
    }

    @Test func `a list without end ends after 256 answers`() {
        var transition = Walk.begin()
        var sent = 0
        while case .send(let object) = transition.effect {
            sent += 1
            let next = UInt8(truncatingIfNeeded: Int(object[8]) + 1)
            transition = Walk.step(transition.next, Self.answer(.spdm, next: next))
        }
        #expect(sent == 256)
        #expect(transition.effect == .finish(.failure(.missing(.securedSPDM))))
    }

    @Test func `silence, another type and other lengths are named`() {
        #expect(walk([.unanswered]) == .finish(.failure(.noAnswer(0))))
        #expect(
            walk([.answered([1, 0, 1, 0, 3, 0, 0, 0, 1, 0, 1, 0])]) == .finish(.failure(.notDiscovery(.spdm))))
        #expect(
            walk([.answered([1, 0, 0, 0, 4, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0])])
                == .finish(.failure(.malformed(WireError(.trailingBytes, at: 4, in: "DOE discovery response")))))
        #expect(
            walk([.answered([1, 0])])
                == .finish(.failure(.malformed(WireError(.truncated, at: 2, in: "Data Object Type")))))
    }

    @Test func `nothing moves a walk that is over`() {
        let over = Walk.step(Walk.begin().next, .unanswered).next
        #expect(Walk.step(over, .unanswered) == .init(over, .none))
        #expect(Walk.step(over, Self.answer(.spdm, next: 0)) == .init(over, .none))
    }

    @Test func `a device lists its types, and vendor FFFFh behind them`() {
        let listed = (0..<4).map { DOEDiscovery.Response(to: .init(index: $0)) }
        #expect(listed.map(\.nextIndex) == [1, 2, 0, 0])
        #expect(listed.dropLast().map(\.type) == [.discovery, .spdm, .securedSPDM])
        #expect(listed[3].type.vendor == 0xFFFF)
        #expect(DOEDiscovery.Response(to: .init(index: 255)).type.vendor == 0xFFFF)
    }

    @Test func `messages go into objects and come out`() throws {
        let message = TransportMessage(isSecured: true, bytes: [1, 2, 3, 4, 5])
        let object: [UInt8] = [1, 0, 2, 0, 4, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0]
        #expect(try message.doeObject() == object)
        let padded = TransportMessage(isSecured: true, bytes: [1, 2, 3, 4, 5, 0, 0, 0])
        #expect(try TransportMessage(doeObject: object.span) == padded)
        #expect(DOERequest(decoding: object.span) == .message(padded))
        let other: [UInt8] = [1, 0, 9, 0, 3, 0, 0, 0, 1, 2, 3, 4]
        #expect(DOERequest(decoding: other.span) == .unsupported(DOEType(vendor: 1, number: 9)))
        #expect(throws: WireError(.unexpectedType, at: 2, in: "Data Object Type")) {
            try TransportMessage(doeObject: other.span)
        }
        #expect(DOERequest(decoding: [1].span) == .malformed(WireError(.truncated, at: 0, in: "Vendor ID")))
    }
}
