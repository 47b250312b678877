internal import PCIe
internal import SPDM
internal import WireBytes

extension DSM {
    /// Takes a message: secured session, length, version, code, interface, outstanding requests; state and fields are
    /// the interface's to judge.
    mutating func receive(_ bytes: [UInt8], over session: SessionID?) -> Effect {
        guard let session else { return .discard(.notSecured) }
        guard let header = try? TDISPHeader.decode(bytes.span) else {
            // Too short to name its interface: answered to none.
            return .respond(
                TDISPResponse.error(.invalidRequest).encoded(from: InterfaceID(requesterID: RequesterID(rawValue: 0))),
                over: session)
        }
        func respond(_ response: TDISPResponse) -> Effect {
            .respond(response.encoded(from: header.interfaceID), over: session)
        }
        let isTaken = capabilities.requests.contains(header.type)
        // The length of a request that is not taken is not known either.
        guard let request = isTaken ? try? TDISPRequest.decode(bytes.span) : .unknown(header.type, []) else {
            return respond(.error(.invalidRequest))
        }
        guard Self.speaks(header) else { return respond(.error(.versionMismatch)) }
        guard isTaken else { return respond(.error(.unsupported(header.type))) }
        guard let index = interfaces.firstIndex(where: { header.interfaceID.names($0.address) }) else {
            return respond(.error(.invalidInterface))
        }
        let pending = Pending(session: session, interfaceID: header.interfaceID)
        switch request {
        case .getVersion: return respond(.version(Self.versions))
        case .getCapabilities: return respond(.capabilities(capabilities))
        case .lockInterface(let lock): return ask(.lock(lock), of: index, pending)
        case .getInterfaceReport(let query): return ask(.report(query), of: index, pending)
        case .getInterfaceState: return ask(.state, of: index, pending)
        case .startInterface(let nonce): return ask(.start(nonce), of: index, pending)
        case .stopInterface: return ask(.stop, of: index, pending)
        case .bindP2PStream(let stream): return ask(.adjust(.bind(stream)), of: index, pending)
        case .unbindP2PStream(let stream): return ask(.adjust(.unbind(stream)), of: index, pending)
        case .setMMIOAttribute(let change): return ask(.adjust(.setAttribute(change)), of: index, pending)
        case .vendorDefined, .unknown: return respond(.error(.unsupported(header.type)))
        }
    }

    /// GET_TDISP_VERSION is answered to any minor version of major 1, so that a newer TSM can find out; everything else
    /// must be in a version that is spoken.
    private static func speaks(_ header: TDISPHeader) -> Bool {
        header.type == .getVersion ? header.version.major == TDISPVersion.v1_0.major : versions.contains(header.version)
    }

    /// Gives a request to its interface, unless as many are in work as the capabilities allow.
    private mutating func ask(_ request: TDI.Request, of index: Int, _ pending: Pending) -> Effect {
        let inWork = interfaces.count { $0.pending != nil }
        guard interfaces[index].pending == nil, inWork < Int(capabilities.outstandingPerDevice) else {
            return .respond(TDISPResponse.error(.busy).encoded(from: pending.interfaceID), over: pending.session)
        }
        interfaces[index].pending = pending
        return step(index, .request(request, over: pending.session))
    }

    /// Steps one interface. An answer goes to the session that waits for it; anything else is work.
    mutating func step(_ index: Int, _ event: TDI.Event) -> Effect {
        let transition = TDI.step(interfaces[index].tdi, event)
        interfaces[index].tdi = transition.next
        switch transition.effect {
        case .none: return .none
        case .answer(let response):
            guard let pending = interfaces[index].pending else { return .discard(.sessionEnded) }
            interfaces[index].pending = nil
            return .respond(response.encoded(from: pending.interfaceID), over: pending.session)
        case .inspect, .prepareLock, .consumeNonce, .start, .adjust, .stop, .secure:
            return .perform([Work(transition.effect, on: interfaces[index].requesterID)])
        }
    }
}
