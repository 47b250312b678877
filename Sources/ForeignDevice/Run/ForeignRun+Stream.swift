internal import PCIe
internal import SPDM
internal import TDISP
internal import WireBytes

extension ForeignRun {
    /// Gives the device a key for each of the six directions. There is no root port: its part is taken for done.
    func keyStream() async throws(Failure) {
        switch try await driveStream(.start(.k0)) {
        case .secure(let keySet):
            let port = port.map { FunctionAddress(segment: UInt16($0.segment), requesterID: $0.requesterID) }
            report.stream = .init(id: settings.stream, keySet: keySet, port: port ?? settings.port)
            report.notChecked.formUnion([.rootPortKeys, .streamStatus])
            try done(.keyStream, "stream \(settings.stream), key set \(keySet.rawValue)")
        case .closed(let closed): throw failure(.keyStream, closed.failure ?? .sessionLost)
        case .refreshFailed(let reason): throw failure(.keyStream, reason)
        }
    }

    /// Makes the device forget the keys.
    func stopStream() async throws(Failure) {
        switch try await driveStream(.stop) {
        case .closed(let closed) where closed.isConfirmed && isSessionAlive:
            try done(.stopStream, "stream \(settings.stream)")
        case .closed(let closed): throw failure(.stopStream, closed.failure ?? .outcomeUnknown)
        case .secure, .refreshFailed: throw failure(.stopStream, .outcomeUnknown)
        }
    }

    /// Runs the requester of IDE_KM from an event to its next report.
    private func driveStream(_ first: IDERequester.Event) async throws(Failure) -> IDERequester.Report {
        obstacle = nil
        var event = first
        while true {
            let transition = IDERequester.step(stream, event)
            stream = transition.next
            switch transition.effect {
            case .none, .refuse: throw failure(.keyStream, .outcomeUnknown)
            case .query(let query): event = try examine(await ask(query.encoded()))
            case .obtainKey(let slot): event = .keyObtained(slot)
            case .programDevice(let fields):
                guard let key = randomKey() else { throw failure(.keyStream, .noRandomness("OpenSSL has none")) }
                event = await ask(fields.encoded(with: key))
            case .activateDevice(let fields): event = await ask(fields.encodedAsGo())
            case .stopDevice(let fields):
                turnHome()
                event = await ask(fields.encodedAsStop())
            case .host(let action): event = .hostFinished(action, .succeeded)
            case .readStatus: event = .status(deviceSecure: true, rootPortSecure: true)
            case .report(let report): return report
            }
        }
    }

    private func ask(_ message: [UInt8]) async -> IDERequester.Event {
        switch await ask(message, .ideKM, in: session) {
        case .payload(let answer):
            do throws(WireError) {
                return .response(try IDEKM.Response(decoding: answer.span))
            } catch {
                return met(RequesterFailure(.vendorDefined, .malformed(error)), .refused)
            }
        case .busy(let failure): return await pause(.milliseconds(10)) ? .busy : met(failure, .sessionLost)
        case .refused(let failure): return met(failure, .refused)
        case .silence(let failure): return met(failure, .timedOut)
        case .lost(let failure): return met(failure, .sessionLost)
        }
    }

    /// Notes what came instead of an answer, if it is the first.
    private func met(_ failure: RequesterFailure, _ event: IDERequester.Event) -> IDERequester.Event {
        obstacle = obstacle ?? failure
        return event
    }

    /// Looks at what QUERY was answered; where a deviation is admitted, the requester gets what it expects instead.
    private func examine(_ event: IDERequester.Event) throws(Failure) -> IDERequester.Event {
        guard case .response(.queryResponse(let response)) = event, response.portIndex == settings.portIndex else {
            return event
        }
        port = response
        var expected = response
        let seen = FunctionAddress(segment: UInt16(response.segment), requesterID: response.requesterID)
        expected.requesterID = settings.port.requesterID
        expected.segment = UInt8(truncatingIfNeeded: settings.port.segment)
        var met: [ForeignDeviceReport.Admission] = []
        if expected != response {
            met.append(.init(deviation: .otherPortAddress, seen: "\(seen) instead of \(settings.port)"))
        }
        let features = response.features ?? IDEFeatures(rawValue: 0)
        if !features.isSelectiveIDESupported || !features.isKeyManagementSupported {
            met.append(.init(deviation: .noIDERegisters, seen: "capability register 0x\(hex(features.rawValue, 8))"))
            expected.registers = [IDEFeatures(linkStreamCount: 0, selectiveStreamCount: 1).rawValue]
        }
        try admit(met, at: .keyStream)
        return .response(.queryResponse(expected))
    }
}
