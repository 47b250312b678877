import SPDM
import SPDMEndpoints
import Testing

/// What came of a conversation in which a message was disturbed, and every operation was tried all the same.
struct Course: Sendable {
    /// Why operations failed, by their places.
    var failures: [Int: RequesterFailure] = [:]
    /// The session that the requester has.
    var opened: SessionID?
}

extension PairedEnds {
    /// Tries everything, whatever fails.
    mutating func converse(_ combination: Combination) throws(Endless) -> Course {
        var course = Course()
        for (place, operation) in combination.beginning.enumerated() {
            if case .failure(let failure) = try run(operation) { course.failures[place] = failure }
        }
        course.opened = requester.sessions.first
        guard let session = course.opened else { return course }
        for (place, operation) in combination.rest(in: session).enumerated() {
            if case .failure(let failure) = try run(operation) {
                course.failures[combination.beginning.count + place] = failure
            }
        }
        return course
    }

    /// With nobody in between any more: a fresh connection carries a session, and nothing is left of what was.
    mutating func recover(_ combination: Combination) throws {
        wire.mend()
        // What was held back may still come into it, once.
        if case .failure = try run(.connect) { try succeed(.connect) }
        let leftOvers = (requester.sessions, responder.sessions)
        #expect(leftOvers.0.isEmpty && leftOvers.1.isEmpty)
        try succeed(.authenticate(slot: 0, challenge: nil))
        let session = try open(combination.wish)
        try succeed(.exchange(vendorDefined: combination.vendorRequest(), in: session))
        try succeed(.endSession(session, clearsNegotiatedState: false))
        #expect(requester.sessions.isEmpty && responder.sessions.isEmpty)
    }
}

extension Combination {
    /// Every way in every version, with several algorithms.
    static let representatives = versions.enumerated().flatMap { place, version in
        Way.allCases.enumerated().map { turn, way in
            Combination(
                version: version, hash: hashes[(place + turn) % 3], signature: [.ecdsaP256, .rsapss2048][turn % 2],
                group: groups[turn % 2], suite: suites[(place + 2 * turn) % 3], way: way)
        }
    }

    /// Every way, each in another version with other algorithms.
    static let fourWays = [
        representatives[0], representatives[5], representatives[10],
        Combination(version: .v1_3, suite: .chaCha20Poly1305, way: .inTheClear),
    ]

    /// The messages of a conversation that nobody disturbs, without the padding.
    func passages() throws -> [Passage] {
        var ends = try ends()
        let course = try ends.converse(self)
        try #require(course.failures.isEmpty)
        return ends.wire.passages
    }
}

@Suite struct `A disturbed message` {
    private func disturb(
        _ combination: Combination, _ disturbance: (Passage) -> Disturbance,
        expect: (Passage, Course, borrowing PairedEnds) -> Void
    ) throws {
        for (place, passage) in try combination.passages().enumerated() {
            let disturbance = disturbance(passage)
            var ends = try combination.ends()
            ends.wire = Wire(disturbance, at: place)
            let course = try ends.converse(combination)
            expectAgreement(course, ends, "\(disturbance) at \(place)")
            expect(passage, course, ends)
            try ends.recover(combination)
        }
    }

    /// A session that the requester has is one that the responder had, agreed on in the same words.
    private func expectAgreement(_ course: Course, _ ends: borrowing PairedEnds, _ what: Comment) {
        guard let opened = course.opened else { return }
        let established = ends.established
        #expect(established.contains(opened), what)
        guard let (own, others) = ends.negotiated else { return }
        #expect(own.algorithms == others.algorithms && own.version == others.version, what)
        #expect(own.requester.flags == others.requester.flags && own.responder.flags == others.flags, what)
    }

    @Test(arguments: Combination.fourWays)
    func `that is lost is no answer, and a new connection works`(combination: Combination) throws {
        try disturb(combination, { _ in .lost }) { passage, course, _ in
            #expect(course.failures[passage.operation]?.reason == .noAnswer, "\(passage)")
            if passage.operation < 3 { #expect(course.opened == nil || passage.operation == 1, "\(passage)") }
        }
    }

    @Test(arguments: Combination.fourWays)
    func `that arrives behind the next is no answer, and a new connection works`(combination: Combination) throws {
        try disturb(combination, { _ in .delayed }) { passage, course, _ in
            #expect(course.failures[passage.operation]?.reason == .noAnswer, "\(passage)")
        }
    }

    @Test(arguments: Combination.fourWays)
    func `that arrives twice opens nothing that only one end knows, and a record is never taken twice`(
        combination: Combination
    ) throws {
        try disturb(combination, { _ in .repeated }) { passage, course, ends in
            // The last operation is END_SESSION, after which there is nothing to fail.
            guard passage.isSecured, passage.isRequest, passage.operation < 7 else { return }
            let sessions = ends.responder.sessions
            #expect(sessions.isEmpty, "\(passage)")
            #expect(!course.failures.isEmpty, "\(passage)")
        }
    }

    @Test(arguments: Combination.fourWays)
    func `of which the end is missing is refused`(combination: Combination) throws {
        for cut in 0..<4 {
            let length = { (passage: Passage) in [0, 1, passage.count / 2, passage.count - 1][cut] }
            try disturb(combination, { .truncated(length($0)) }) { passage, course, ends in
                expectNoticed(passage, course, ends, "\(length(passage)) of \(passage)")
            }
        }
    }

    @Test(arguments: Combination.fourWays)
    func `in which a bit is another is refused`(combination: Combination) throws {
        var random = SeededRandom(state: 5)
        for _ in 0..<4 {
            var place = (byte: 0, bit: 0)
            try disturb(
                combination,
                {
                    place = (Int.random(in: 0..<$0.count, using: &random), Int.random(in: 0..<8, using: &random))
                    return .flipped(byte: place.byte, bit: place.bit)
                },
                expect: { passage, course, ends in
                    expectNoticed(passage, course, ends, "bit \(place) of \(passage)")
                })
        }
    }
}

/// A message was changed on its way: its operation failed, and where it belongs to the handshake of a session, there is
/// none, except that the responder cannot know what became of its last word.
func expectNoticed(_ passage: Passage, _ course: Course, _ ends: borrowing PairedEnds, _ what: Comment) {
    let established = ends.established
    switch passage.operation {
    // VCA is in every transcript, but nothing proves it before the first signature.
    case 0:
        #expect(!course.failures.isEmpty && course.opened == nil && established.isEmpty, what)
    case 1: #expect(course.failures[1] != nil, what)
    case 2:
        #expect(course.failures[2] != nil && course.opened == nil, what)
        let isLast = !passage.isRequest && ends.wire.passages.last(where: { $0.operation == 2 }) == passage
        #expect(established.isEmpty || isLast, what)
    default: #expect(course.failures[passage.operation] != nil, what)
    }
}

@Suite struct `The handshake of a conversation` {
    /// The only bytes that nothing authenticates are the padding to whole words of DOE behind messages in the clear,
    /// which nobody reads.
    @Test func `has no byte outside DOE padding that can be changed unnoticed`() throws {
        let combination = Combination(way: .inTheClear)
        for (place, passage) in try combination.passages().enumerated() where passage.operation < 3 {
            for byte in 0..<passage.count {
                var ends = try combination.ends()
                ends.wire = Wire(.flipped(byte: byte, bit: (byte + place) % 8), at: place)
                let course = try ends.converse(combination)
                expectNoticed(passage, course, ends, "byte \(byte) of \(passage)")
                if byte % 64 == 0 { try ends.recover(combination) }
            }
            for byte in passage.count..<(passage.count + (-passage.count & 3)) {
                var ends = try combination.ends()
                ends.wire = Wire(.flipped(byte: byte, bit: 0), at: place)
                let course = try ends.converse(combination)
                #expect(course.failures.isEmpty, "padding \(byte) of \(passage)")
            }
        }
    }
}
