public import IOMMU
internal import PCIe
public import TDISP

/// What became of a DMA that a function wanted to make.
public enum DMAOutcome: Hashable, Sendable, Codable {
    /// It reached memory, in these pieces.
    case arrived([Segment])
    /// It was stopped on the way.
    case stopped(DMAStop)
}

/// Where a DMA was stopped.
public enum DMAStop: Hashable, Sendable, Codable {
    /// The device did not send it: the TDISP rules of its state forbid it, or bus mastering is off.
    case notSent
    /// The device is not there.
    case deviceGone
    /// The root port: no function below it has this requester ID.
    case foreignRequester
    /// The root port: T=1 came outside a Secure stream that is set up for the requester, which had none for this reason.
    case noSecureStream(MissingStream)
    /// The root port: the integrity check failed.
    case integrityCheckFailed
    /// The IOMMU.
    case fault(Fault)
}

/// Why T=1 of a function does not come over a Secure stream.
public enum MissingStream: Hashable, Sendable, Codable {
    /// No stream is set up between its device and the root port.
    case none
    /// The stream is not Secure at both ends.
    case insecure
    /// The stream is Secure, and the DSM puts nothing of an interface on it in this state (TDISP 1.0, TLP rules).
    case withheld(TDIState)
    /// The stream is Secure, and is not for this requester.
    case notForRequester
}

extension MissingStream: CustomStringConvertible {
    /// One clause for a person.
    public var description: String {
        switch self {
        case .none: "no IDE stream is set up"
        case .insecure: "the IDE stream is not Secure"
        case .withheld(let state): "the DSM puts nothing of it on the stream in \(state)"
        case .notForRequester: "the IDE stream is not for this requester"
        }
    }
}

extension DMAStop: TextWithNames {
    /// The name, for programs and scenario files, of the check that stopped it.
    public var name: String {
        switch self {
        case .notSent: "not-sent"
        case .deviceGone: "device-gone"
        case .foreignRequester: "foreign-requester"
        case .noSecureStream: "no-secure-stream"
        case .integrityCheckFailed: "integrity-check-failed"
        case .fault(let fault): fault.check.name
        }
    }

    /// Where it was stopped; nil: in the device, or before it.
    public var place: String? {
        switch self {
        case .notSent, .deviceGone: nil
        case .foreignRequester, .noSecureStream, .integrityCheckFailed: "root port"
        case .fault: "IOMMU"
        }
    }

    /// Why, one clause for a person.
    public func reason(_ names: Names) -> String {
        switch self {
        case .notSent: "the device did not send it"
        case .deviceGone: "the device is not there"
        case .foreignRequester: "no function below has this requester ID"
        case .noSecureStream(let missing): "T=1 outside a Secure stream: \(missing)"
        case .integrityCheckFailed: "integrity check failed"
        case .fault(let fault): fault.text(names)
        }
    }

    /// Place and reason, for example `root port: integrity check failed`.
    public func text(_ names: Names) -> String { (place.map { "\($0): " } ?? "") + reason(names) }
}

extension TLP {
    /// An untranslated read.
    static func read(
        _ count: Int, at address: UInt64, from requester: RequesterID, _ tBit: TBit, over stream: StreamID? = nil
    ) -> TLP {
        TLP(
            requesterID: requester, tBit: tBit, stream: stream,
            content: .memoryRead(address: address, addressType: .untranslated, count: count))
    }

    /// An untranslated write.
    static func write(
        _ bytes: [UInt8], at address: UInt64, from requester: RequesterID, _ tBit: TBit, over stream: StreamID? = nil
    ) -> TLP {
        TLP(
            requesterID: requester, tBit: tBit, stream: stream,
            content: .memoryWrite(address: address, addressType: .untranslated, bytes: bytes))
    }
}

extension HostModel {
    /// How the TDISP rules let a function send requests of a kind now.
    func emission(
        _ kind: TrafficRules.Outbound = .memory, of function: EmulatedFunction, _ device: EmulatedDevice
    ) -> TrafficRules.Emission {
        guard function.canMaster, device.has(function) else { return .suppress }
        guard let tdi = device.tdi(function.address.requesterID) else { return .emit(.untrusted, nil) }
        return TrafficRules.outbound(kind, from: TrafficRules.Interface(tdi))
    }

    /// Sends a memory request up the link and through the IOMMU; a write that arrives is in memory then.
    mutating func send(_ packet: TLP, from device: EmulatedDevice) -> DMAOutcome {
        guard device.isPresent, device.rootPort.isLinkUp else { return .stopped(.deviceGone) }
        guard let request = DMARequest(packet) else { return .stopped(.notSent) }
        if let stop = passRootPort(request, over: packet.stream, device) { return .stopped(stop) }
        switch memory.change(for: device.address, { $0.perform(request) }) {
        case nil: return .stopped(.notSent)
        case .faults(let fault):
            tellOfFences(in: device.address.segment)
            return .stopped(.fault(fault))
        case .reaches(let segments):
            if case .memoryWrite(_, _, let bytes) = packet.content { store(bytes, in: segments) }
            return .arrived(segments)
        }
    }

    /// A DMA of a function does not end. Where the function sends it and the IOMMU lets it through, it stays in flight;
    /// otherwise it hangs in the device.
    mutating func hangDMA(of address: FunctionAddress, at target: UInt64?) {
        guard let (device, function) = locate(address) else { return }
        function.inFlight += 1
        guard case .emit(let tBit, let stream) = emission(of: function, device),
            let target = target ?? ring(of: address, tBit)?.lowerBound
        else { return }
        var request = DMARequest(
            requesterID: address.requesterID, tBit: tBit, address: target, count: 64, access: .read)
        guard stopAtRootPort(request, over: stream, device) == nil else { return }
        if let held = heldTranslation(for: request, function) { (request.address, request.isTranslated) = (held, true) }
        let number = memory.change(for: address) { unit in try? unit.launch(request) }
        if let number, let number { memory.flights[address, default: []].append(number) }
    }

    /// What was in flight of functions that have been reset since has landed: its completions find nobody.
    mutating func landDMA() {
        for (address, numbers) in memory.flights where locate(address)?.function.inFlight == 0 {
            memory.flights[address] = nil
            memory.change(for: address) { unit in for number in numbers { unit.land(number) } }
        }
    }

    private mutating func store(_ bytes: [UInt8], in segments: [Segment]) {
        var rest = bytes[...]
        for segment in segments {
            memory.contents.write(Array(rest.prefix(Int(segment.count))), at: segment.physical)
            rest = rest.dropFirst(Int(segment.count))
        }
    }

    /// What the root port says of a request from below: requester ID, stream, integrity check. Nil: it passes.
    func stopAtRootPort(_ request: DMARequest, over stream: StreamID?, _ device: EmulatedDevice) -> DMAStop? {
        guard device.functions.contains(where: { $0.address.requesterID == request.requesterID }) else {
            return .foreignRequester
        }
        guard request.tBit == .trusted else { return nil }
        let port = device.rootPort
        guard let slot = slot(of: request, over: stream, device), let block = port.block,
            block.control.streamID == stream, block.requesters.contains(request.requesterID), port.stream.isSecure
        else { return .noSecureStream(missingStream(of: request.requesterID, device)) }
        return device.keys.agrees(with: port.keys, on: slot) ? nil : .integrityCheckFailed
    }

    /// Why T=1 of a function does not come over a Secure stream now.
    private func missingStream(of requester: RequesterID, _ device: EmulatedDevice) -> MissingStream {
        guard let stream = tsm.connections[device.address]?.stream else { return .none }
        guard device.rootPort.isSecure, device.isSecure(stream) else { return .insecure }
        guard let state = device.tdi(requester)?.state, state != .run else { return .notForRequester }
        return .withheld(state)
    }

    /// The key that a T=1 request is sent with; nil: the device has no such stream, or no key for it.
    private func slot(of request: DMARequest, over stream: StreamID?, _ device: EmulatedDevice) -> IDEKeySlot? {
        let substream: IDESubstream = request.access == .write ? .posted : .nonPosted
        guard let stream,
            let sender = device.ide.ports.streams[
                IDEStreamKey(portIndex: device.description.dsm.port, streamID: stream)],
            let keySet = sender.transmitKeySet(substream)
        else { return nil }
        return IDEKeySlot(keySet, .transmit, substream)
    }

    /// A request meets the root port, and what it does there shows at both ends of the link.
    private mutating func passRootPort(
        _ request: DMARequest, over stream: StreamID?, _ device: EmulatedDevice
    ) -> DMAStop? {
        if let stop = stopAtRootPort(request, over: stream, device) {
            if stop == .integrityCheckFailed { failIntegrityCheck(device, atRootPort: true) }
            return stop
        }
        guard request.tBit == .trusted, let stream, let slot = slot(of: request, over: stream, device) else {
            return nil
        }
        device.rootPort.take(.received(slot.substream, slot.keySet))
        answer(stream, device)
        return nil
    }

    /// The root port answers a non-posted request over the same stream, or credits a posted one: the device sees its
    /// keys, and checks what it receives.
    private mutating func answer(_ stream: StreamID, _ device: EmulatedDevice) {
        for substream in IDESubstream.allCases {
            guard let keySet = device.rootPort.stream.transmitKeySet(substream) else { continue }
            guard device.keys.agrees(with: device.rootPort.keys, on: IDEKeySlot(keySet, .receive, substream)) else {
                return failIntegrityCheck(device)
            }
            device.takeIDE(
                .received(IDEStreamKey(portIndex: device.description.dsm.port, streamID: stream), substream, keySet))
        }
    }
}
