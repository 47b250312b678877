import SPDM
import Testing
import WireBytes

@Suite struct `Plain channel` {
    private static let session = SessionID(requester: 0x0001, responder: 0xFFFF)
    private static let other = SessionID(requester: 0x0002, responder: 0xFFFF)

    /// A five-byte message in session ffff0001h, written out by hand: ID, Length, message, one byte of padding.
    private static let record: [UInt8] = [0x01, 0x00, 0xFF, 0xFF, 0x05, 0x00, 1, 2, 3, 4, 5, 0]

    private func open(_ object: [UInt8], in session: SessionID = Self.session) throws(ChannelError) -> [UInt8] {
        var channel = PlainChannel(session: session)
        return try channel.open(object.span)
    }

    @Test func `a message is framed with session, length and padding`() throws {
        let message: [UInt8] = [1, 2, 3, 4, 5]
        var channel = PlainChannel(session: Self.session)
        #expect(try channel.seal(message.span) == Self.record)
        #expect(try open(Self.record) == message)
    }

    @Test(arguments: [0, 1, 2, 3, 4, 47, 65_535])
    func `the exact length comes back, whatever the padding`(size: Int) throws {
        let message = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        var sender = PlainChannel(session: Self.session)
        let object = try sender.seal(message.span)
        #expect(object.count % 4 == 0)
        #expect(try open(object) == message)
    }

    /// How an owner uses whichever channel it holds.
    private func exchange<Channel: SecureChannel & ~Copyable>(
        _ message: [UInt8], from sender: inout Channel, to receiver: inout Channel
    ) throws(Channel.Failure) -> [UInt8] {
        let object = try sender.seal(message.span)
        return try receiver.open(object.span)
    }

    @Test func `both ends serve behind the seam, in both directions`() throws {
        var requester = PlainChannel(session: Self.session)
        var responder = PlainChannel(session: Self.session)
        #expect(try exchange([1, 2, 3], from: &requester, to: &responder) == [1, 2, 3])
        #expect(try exchange([4, 5], from: &responder, to: &requester) == [4, 5])
    }

    @Test func `a message longer than a record is refused`() {
        let message = [UInt8](repeating: 0, count: 65_536)
        #expect(throws: ChannelError.messageTooLong(65_536)) {
            var channel = PlainChannel(session: Self.session)
            _ = try channel.seal(message.span)
        }
    }

    @Test func `an object of another session is refused and named`() {
        #expect(throws: ChannelError.otherSession(Self.session)) { try open(Self.record, in: Self.other) }
    }

    @Test(arguments: 0..<11) func `every truncation is refused`(length: Int) {
        #expect {
            try open(Array(Self.record.prefix(length)))
        } throws: { error in
            guard case .malformed(let wire) = error as? ChannelError else { return false }
            return wire.code == .truncated
        }
    }

    @Test func `an object without its padding is whole`() throws {
        #expect(try open(Array(Self.record.prefix(11))) == [1, 2, 3, 4, 5])
    }

    @Test(arguments: [[0, 0, 0], [1, 2, 3]] as [[UInt8]])
    func `more bytes than padding explains are refused`(more: [UInt8]) throws {
        #expect(throws: ChannelError.malformed(WireError(.trailingBytes, at: 11, in: "record"))) {
            try open(Self.record + more)
        }
    }

    @Test func `nothing passes in either direction once the session has ended`() {
        var channel = PlainChannel(session: Self.session)
        let before = channel.isAlive
        channel.end()
        channel.end()
        let after = channel.isAlive
        #expect(before && !after)
        var refusals: [ChannelError] = []
        do throws(ChannelError) { _ = try channel.seal(Self.record.span) } catch { refusals.append(error) }
        do throws(ChannelError) { _ = try channel.open(Self.record.span) } catch { refusals.append(error) }
        #expect(refusals == [.ended, .ended])
    }

    @Test func `a session ID holds the requester's half low and prints as eight digits`() {
        #expect(Self.session.rawValue == 0xFFFF_0001)
        #expect(SessionID(requester: 0xABCD, responder: 0x0012).description == "0x0012abcd")
    }
}
