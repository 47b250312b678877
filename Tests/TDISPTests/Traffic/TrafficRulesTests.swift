import PCIe
import TDISP
import Testing

@Suite struct `Traffic rules` {
    private static let bound = StreamID(rawValue: 1)
    private static let peer = StreamID(rawValue: 2)
    private static let other = StreamID(rawValue: 3)

    private func interface(_ state: TDIState, locksMSIX: Bool = true) -> TrafficRules.Interface {
        TrafficRules.Interface(
            state: state, boundStreams: [Self.bound, Self.peer], defaultStream: Self.bound, locksMSIX: locksMSIX)
    }

    // Columns: CONFIG_UNLOCKED, CONFIG_LOCKED, RUN, ERROR. `a` accept, `r` reject, `e` reject and ERROR.
    private static let inbound: [(TrafficRules.Inbound, TBit, StreamID?, String)] = [
        (.teeMemory, .trusted, bound, "rrar"), (.teeMemory, .trusted, peer, "rrar"),
        (.teeMemory, .trusted, other, "rrrr"), (.teeMemory, .trusted, nil, "rrrr"),
        (.teeMemory, .untrusted, bound, "arrr"), (.teeMemory, .untrusted, nil, "arrr"),
        (.nonTEEMemory, .trusted, bound, "aaaa"), (.nonTEEMemory, .untrusted, nil, "aaaa"),
        (.configuration, .untrusted, nil, "aaaa"), (.configuration, .trusted, bound, "aaaa"),
        (.completion, .trusted, bound, "arar"), (.completion, .untrusted, nil, "arar"),
        (.translationCompletion, .trusted, bound, "arar"), (.translationCompletion, .untrusted, bound, "arer"),
        (.pageResponse, .trusted, bound, "arar"), (.pageResponse, .untrusted, bound, "arer"),
        (.pageResponse, .trusted, other, "arer"), (.pageResponse, .trusted, nil, "arer"),
        (.invalidation, .trusted, bound, "aaaa"), (.invalidation, .untrusted, nil, "aaaa"),
        (.vendorMessage, .trusted, bound, "raaa"), (.vendorMessage, .untrusted, nil, "arrr"),
    ]

    @Test(arguments: inbound.indices) func `an inbound packet is judged by state, T, stream and target`(_ index: Int) {
        let (kind, tBit, stream, expected) = Self.inbound[index]
        let seen = TDIState.allCases.map { state in
            switch TrafficRules.inbound(kind, tBit: tBit, stream: stream, to: interface(state)) {
            case .accept: "a"
            case .reject: "r"
            case .violate: "e"
            }
        }
        #expect(seen.joined() == expected, "\(kind) \(tBit)")
    }

    @Test func `the table has every inbound kind, with both T bits`() {
        for kind in TrafficRules.Inbound.allCases {
            #expect(Set(Self.inbound.filter { $0.0 == kind }.map(\.1)) == Set(TBit.allCases), "\(kind)")
        }
    }

    @Test func `what violates private operation says how`() {
        let run = interface(.run)
        #expect(
            TrafficRules.inbound(.translationCompletion, tBit: .untrusted, stream: Self.bound, to: run)
                == .violate(.untrustedTranslation))
        #expect(
            TrafficRules.inbound(.pageResponse, tBit: .trusted, stream: nil, to: run)
                == .violate(.untrustedPageResponse))
    }

    // `0` T=0 outside the bound streams, `1` T=1 on the default stream, `2` T=1 on the peer's stream, `-` nothing.
    private static let outbound: [(TrafficRules.Outbound, String)] = [
        (.memory, "0-1-"), (.translatedMemory, "0-1-"), (.translationRequest, "0-1-"), (.pageRequest, "0-1-"),
        (.peerMemory(peer), "0-2-"), (.peerMemory(other), "0-1-"), (.msi, "000-"), (.msiX, "001-"),
        (.vendorMessage, "0111"), (.invalidationCompletion(.trusted, peer), "2222"),
        (.invalidationCompletion(.untrusted, nil), "0000"),
    ]

    @Test(arguments: outbound.indices) func `an outbound packet is marked by state and kind`(_ index: Int) {
        let (kind, expected) = Self.outbound[index]
        let seen = TDIState.allCases.map { state in
            switch TrafficRules.outbound(kind, from: interface(state)) {
            case .emit(.untrusted, nil): "0"
            case .emit(.trusted, Self.bound): "1"
            case .emit(.trusted, Self.peer): "2"
            case .emit: "?"
            case .suppress: "-"
            }
        }
        #expect(seen.joined() == expected, "\(kind)")
    }

    @Test func `MSI-X stays untrusted in RUN while its table is not locked`() {
        #expect(TrafficRules.outbound(.msiX, from: interface(.run, locksMSIX: false)) == .emit(.untrusted, nil))
    }

    @Test func `without IDE no stream is looked at or named`() {
        let integrated = TrafficRules.Interface(TDIStart.run.tdi, requiresIDE: false)
        #expect(TrafficRules.inbound(.teeMemory, tBit: .trusted, stream: nil, to: integrated) == .accept)
        #expect(TrafficRules.inbound(.teeMemory, tBit: .untrusted, stream: nil, to: integrated) == .reject)
        #expect(TrafficRules.outbound(.memory, from: integrated) == .emit(.trusted, nil))
        #expect(TrafficRules.outbound(.peerMemory(Self.peer), from: integrated) == .emit(.trusted, nil))
    }

    @Test(arguments: TDIStart.allCases) func `only RUN sends memory requests with T=1, on a bound stream`(
        _ start: TDIStart
    ) {
        let emission = TrafficRules.outbound(.memory, from: TrafficRules.Interface(start.tdi))
        switch start {
        case .run, .adjusting: #expect(emission == .emit(.trusted, Self.bound))
        case .unlocked, .inspecting: #expect(emission == .emit(.untrusted, nil))
        case .locking, .locked, .checkingNonce, .starting, .stopping, .failing, .error: #expect(emission == .suppress)
        }
    }

    @Test func `a peer's stream carries traffic once it is bound`() {
        let before = TrafficRules.Interface(TDIStart.adjusting.tdi)
        #expect(TrafficRules.outbound(.peerMemory(Self.peer), from: before) == .emit(.trusted, Self.bound))
        let after = TrafficRules.Interface(TDI.step(TDIStart.adjusting.tdi, .outcome(.adjusted)).next)
        #expect(TrafficRules.outbound(.peerMemory(Self.peer), from: after) == .emit(.trusted, Self.peer))
        #expect(TrafficRules.inbound(.teeMemory, tBit: .trusted, stream: Self.peer, to: after) == .accept)
    }

    @Test func `an interface that is being stopped is silent`() {
        let stopping = TrafficRules.Interface(TDIStart.stopping.tdi)
        #expect(TrafficRules.inbound(.teeMemory, tBit: .trusted, stream: Self.bound, to: stopping) == .reject)
        #expect(TrafficRules.outbound(.msi, from: stopping) == .suppress)
    }
}
