internal import Assignment
internal import IOMMU
internal import PCIe
internal import TDISP

// Two interfaces of one VM bound to each other (TDISP 1.0, BIND_P2P_STREAM): each gets a stream of its own for it, by
// message over the session that locked it, and the IOMMU lets T=1 pass between them. The registers of the stream are
// set up; its keys are not modelled.

/// Two functions that are bound to each other, and the stream that carries their traffic.
struct PeerStream: Hashable {
    let one: FunctionAddress
    let other: FunctionAddress
    let stream: StreamID

    /// The other end, seen from one; nil: it is no end.
    func peer(of function: FunctionAddress) -> FunctionAddress? {
        function == one ? other : function == other ? one : nil
    }
}

extension HostModel {
    /// Binds two functions to each other: in all three places, or in none.
    @discardableResult
    mutating func bindPeers(_ one: FunctionAddress, _ other: FunctionAddress) -> EffectReport {
        guard one != other, tsm.peerStreams.allSatisfy({ $0.peer(of: one) != other }) else {
            return EffectReport(.succeeded, "bound already")
        }
        guard let (left, _) = locate(one), let (right, _) = locate(other), left !== right,
            let bridge = bridge(of: left), let stream = tsm.takeStream(on: bridge)
        else { return EffectReport(.failed(.busy), "no IDE stream is left for it") }
        let binding = PeerStream(one: one, other: other, stream: stream)
        configurePeerStream(binding, left, right)
        tsm.peerStreams.append(binding)
        for (function, device) in [(one, left), (other, right)] {
            let answer = adjust(.bind(stream), function, device)
            guard answer == .adjusted else {
                dropPeers(of: one, other)
                return answer.map { report($0) } ?? .noConnection
            }
        }
        if let refusal = memory.change(for: one, { $0.bindPeers(one.requesterID, other.requesterID) }) ?? nil {
            dropPeers(of: one, other)
            return EffectReport(.failed(.deviceRefused), "the IOMMU: \(refusal.text(names(in: one.segment)))")
        }
        return EffectReport(.succeeded, "\(one) and \(other) bound over stream \(stream)")
    }

    /// Ends what two functions are bound by. The IOMMU first.
    mutating func unbindPeers(_ one: FunctionAddress, _ other: FunctionAddress) { dropPeers(of: one, other) }

    /// Ends all that a function is bound by, once its RUN is over: the other ends are told.
    mutating func dropPeers(of function: FunctionAddress) {
        for binding in tsm.peerStreams { if let peer = binding.peer(of: function) { dropPeers(of: function, peer) } }
    }

    private mutating func dropPeers(of one: FunctionAddress, _ other: FunctionAddress) {
        guard let index = tsm.peerStreams.firstIndex(where: { $0.peer(of: one) == other }) else { return }
        let binding = tsm.peerStreams.remove(at: index)
        memory.change(for: one) { $0.unbindPeers(one.requesterID, other.requesterID) }
        for function in [binding.one, binding.other] {
            guard let (device, _) = locate(function) else { continue }
            if device.tdi(function.requesterID)?.boundStreams.contains(binding.stream) == true {
                _ = adjust(.unbind(binding.stream), function, device)
            }
            if device.isPresent, let block = device.block(of: binding.stream) {
                write(block.setting(StreamControl(rawValue: 0)), to: device.functions[0], of: device)
            }
        }
        if let bridge = locate(binding.one).flatMap({ bridge(of: $0.device) }) {
            tsm.giveBack(binding.stream, on: bridge)
        }
    }

    /// BIND_P2P_STREAM or UNBIND_P2P_STREAM over the live session; nil: there is none.
    private mutating func adjust(
        _ adjustment: TDI.Adjustment, _ function: FunctionAddress, _ device: EmulatedDevice
    ) -> TDIRequester.Result? {
        guard let connection = liveConnection(of: device) else { return nil }
        return run(.adjust(adjustment), on: function, device, over: connection)
    }

    /// The first free register block of each end names the other end. A device without one refuses the binding.
    private mutating func configurePeerStream(
        _ binding: PeerStream, _ left: EmulatedDevice, _ right: EmulatedDevice
    ) {
        for (device, peer) in [(left, binding.other), (right, binding.one)] {
            let blocks = (try? IDECapability(in: device.functions[0].registers.space))?.selectiveStreams ?? []
            guard let block = blocks.first(where: { $0.control.rawValue == 0 }) else { continue }
            let requesters = RequesterAssociation(base: peer.requesterID, limit: peer.requesterID)
            let control = StreamControl(streamID: binding.stream, isEnabled: true)
            for write in block.setting(requesters) + [block.setting(control)] {
                self.write(write, to: device.functions[0], of: device)
            }
        }
    }
}
