import PCIe
import TDISP
import Testing

/// Drives a requester by hand: one line for each thing it does.
struct RequesterScript {
    private(set) var requester: TDIRequester
    private(set) var effect = TDIRequester.Effect.none

    init(_ requester: TDIRequester = TDIRequester(interfaceID: TDIFixture.interfaceID)) { self.requester = requester }

    /// A requester that has agreed on the version.
    static func negotiated(
        _ limits: TDIRequester.Limits = TDIRequester.Limits(),
        _ capabilities: TDISPCapabilities = ModelDevice.capabilities
    ) -> RequesterScript {
        var script = RequesterScript(TDIRequester(interfaceID: TDIFixture.interfaceID, limits: limits))
        script.begin(.negotiate)
        script.answer(.version([.v1_0]))
        script.answer(.capabilities(capabilities))
        return script
    }

    mutating func take(_ event: TDIRequester.Event) {
        let transition = TDIRequester.step(requester, event)
        requester = transition.next
        effect = transition.effect
    }

    mutating func begin(_ operation: TDIRequester.Operation) { take(.begin(operation)) }

    /// The device answers.
    mutating func answer(_ response: TDISPResponse) {
        take(.received(response.encoded(from: TDIFixture.interfaceID)))
    }

    /// The device answers GET_DEVICE_INTERFACE_STATE.
    mutating func answer(_ state: TDIState) { answer(.interfaceState(state)) }

    /// Checks that this request was sent.
    func expectSent(_ request: TDISPRequest, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(effect == .send(request.encoded(to: TDIFixture.interfaceID)), sourceLocation: sourceLocation)
    }

    /// Checks that the operation ended so, and that the requester is idle again.
    func expectFinished(_ result: TDIRequester.Result, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(effect == .finish(result), sourceLocation: sourceLocation)
        #expect(requester.activity == .idle, sourceLocation: sourceLocation)
    }
}
