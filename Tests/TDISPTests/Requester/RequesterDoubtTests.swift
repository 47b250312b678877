import PCIe
import TDISP
import Testing
import WireBytes

/// Every step of every operation meets every kind of wrong answer: STOP follows wherever the interface may be locked.
@Suite struct `TDI requester in doubt` {
    /// A step of an operation: how to come there, and what it sends.
    struct Place: CustomTestStringConvertible {
        var testDescription: String
        var operation: TDIRequester.Operation
        var answers: [TDISPResponse]
        var request: TDISPMessageType
        /// Whether the interface may be locked by now.
        var mayBeLocked: Bool

        var script: RequesterScript {
            var script = operation == .negotiate ? RequesterScript() : RequesterScript.negotiated()
            script.begin(operation)
            for answer in answers {
                script.answer(answer)
                if script.effect == .provideNonce { script.take(.nonce(TDIFixture.nonce(1))) }
            }
            return script
        }
    }

    static let places: [Place] = [
        Place("version", .negotiate, [], .getVersion, false),
        Place("capabilities", .negotiate, [.version([.v1_0])], .getCapabilities, false),
        Place("state before LOCK", .lock(TDIFixture.lockRequest), [], .getInterfaceState, false),
        Place("LOCK", .lock(TDIFixture.lockRequest), [unlocked], .lockInterface, true),
        Place("state after LOCK", .lock(TDIFixture.lockRequest), [unlocked, lockAnswer], .getInterfaceState, true),
        Place(
            "state after a refused LOCK", .lock(TDIFixture.lockRequest), [unlocked, .error(.unspecified)],
            .getInterfaceState, true),
        Place("report", .fetchReport, [], .getInterfaceReport, true),
        Place("second portion", .fetchReport, [portion], .getInterfaceReport, true),
        Place("state before START", .start, [], .getInterfaceState, true),
        Place("START", .start, [locked], .startInterface, true),
        Place("state after START", .start, [locked, .startInterface], .getInterfaceState, true),
        Place(
            "state after a refused START", .start, [locked, .error(.invalidNonce)], .getInterfaceState, true),
        Place("state query", .queryState, [], .getInterfaceState, false),
        Place("change", .adjust(TDIFixture.bind2), [], .bindP2PStream, true),
    ]

    private static let unlocked = TDISPResponse.interfaceState(.configUnlocked)
    private static let locked = TDISPResponse.interfaceState(.configLocked)
    private static let lockAnswer = TDISPResponse.lockInterface(TDIFixture.nonce(1))
    private static let portion = TDISPResponse.interfaceReport(InterfaceReportPortion(bytes: [1], remainder: 9))

    /// What `place` asked for, answered as it should be.
    private func rightAnswer(_ place: Place) -> TDISPResponse {
        switch place.request {
        case .getVersion: .version([.v1_0])
        case .getCapabilities: .capabilities(ModelDevice.capabilities)
        case .lockInterface: Self.lockAnswer
        case .getInterfaceReport: Self.portion
        case .getInterfaceState: Self.unlocked
        case .startInterface: .startInterface
        default: .bindP2PStream
        }
    }

    private func expectDoubt(
        _ place: Place, _ event: TDIRequester.Event, _ failure: TDIRequester.Failure,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var script = place.script
        script.take(event)
        guard place.mayBeLocked else {
            script.expectFinished(.failed(failure, .untouched), sourceLocation: sourceLocation)
            return
        }
        script.expectSent(.stopInterface, sourceLocation: sourceLocation)
        script.answer(.stopInterface)
        script.expectSent(.getInterfaceState, sourceLocation: sourceLocation)
        script.answer(.configUnlocked)
        script.expectFinished(.failed(failure, .stopped), sourceLocation: sourceLocation)
    }

    @Test(arguments: places) func `no answer`(_ place: Place) {
        expectDoubt(place, .timedOut, .noAnswer(place.request))
    }

    @Test(arguments: places) func `an answer of another type`(_ place: Place) {
        for response in MessageSamples.responses.map(\.0) {
            guard response.type != place.request.response, response.type != .error else { continue }
            expectDoubt(
                place, .received(response.encoded(from: TDIFixture.interfaceID)),
                .unexpectedResponse(response.type, to: place.request))
        }
    }

    @Test(arguments: places) func `an answer about another interface`(_ place: Place) {
        let others = [
            InterfaceID(requesterID: RequesterID(rawValue: 0x3B02)),
            InterfaceID(requesterID: TDIFixture.requesterID, segment: 0),
        ]
        for other in others {
            expectDoubt(place, .received(rightAnswer(place).encoded(from: other)), .wrongInterface(other))
        }
    }

    @Test(arguments: places) func `an answer in another version`(_ place: Place) {
        let version = TDISPVersion(rawValue: 0x11)
        expectDoubt(
            place, .received(rightAnswer(place).encoded(from: TDIFixture.interfaceID, version: version)),
            .wrongVersion(version))
    }

    @Test(arguments: places) func `an answer that is too short or too long`(_ place: Place) throws {
        let bytes = rightAnswer(place).encoded(from: TDIFixture.interfaceID)
        for wrong in (0..<bytes.count).map({ Array(bytes.prefix($0)) }) + [bytes + [0]] {
            let error = try #require(throws: WireError.self) { _ = try TDISPResponse.decode(wrong.span) }
            expectDoubt(place, .received(wrong), .malformedResponse(error))
        }
    }

    @Test(arguments: places) func `a STOP that fails too leaves the outcome unknown`(_ place: Place) {
        var script = place.script
        script.take(.timedOut)
        guard place.mayBeLocked else { return script.expectFinished(.failed(.noAnswer(place.request), .untouched)) }
        script.take(.timedOut)
        script.take(.timedOut)
        script.expectFinished(.outcomeUnknown(of: .stopInterface, after: .noAnswer(place.request)))
    }
}

extension `TDI requester in doubt`.Place {
    init(
        _ name: String, _ operation: TDIRequester.Operation, _ answers: [TDISPResponse], _ request: TDISPMessageType,
        _ mayBeLocked: Bool
    ) {
        self.init(
            testDescription: name, operation: operation, answers: answers, request: request, mayBeLocked: mayBeLocked)
    }
}
