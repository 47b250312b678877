internal import PCIe
internal import SPDM
internal import TDISP

/// A device around a DSM: its owner, who carries out work when told to, and an observer, who believes only what crosses the
/// wire and holds the DSM to it.
struct DeviceModel {
    static let functionZero = RequesterID(bus: 0xBE, device: 0x1D, function: 0)
    /// The interface that the recorded messages are about.
    static let interface = RequesterID(bus: 0xBE, device: 0x1D, function: 7)
    static let virtualFunction = RequesterID(bus: 0xBE, device: 0x1E, function: 1)
    static let sessionA = SessionID(rawValue: 0xFFFF_0001)
    static let sessionB = SessionID(rawValue: 0xFFFE_0002)

    private(set) var dsm = DSM(
        capabilities: TDISPCapabilities(
            requests: RequestSet.mandatory.union(DSM.optionalRequests), lockFlags: .all, outstandingPerDevice: 2),
        functionZero: functionZero,
        functions: [
            (FunctionAddress(requesterID: functionZero), .physical),
            (FunctionAddress(requesterID: interface), .physical),
            (FunctionAddress(requesterID: virtualFunction), .virtual(of: functionZero)),
        ])
    /// Work that waits to be carried out, oldest first.
    private(set) var work: [DSM.Work] = []
    private var kept: [RequesterID: (epoch: TDI.LockEpoch, nonce: StartNonce)] = [:]
    private var epochs: UInt32 = 0
    private var observer = DeviceObserver(interfaceCount: 3)

    /// Passes an event to the DSM, checks what comes of it, and keeps the work.
    mutating func take(_ event: DSM.Event) throws(BrokenInvariant) {
        let transition = DSM.step(dsm, event)
        try observer.check(dsm, event, transition)
        if case .busRenumbered(let bus) = event { renumber(to: bus) }
        if event == .conventionalReset { work = [] }
        dsm = transition.next
        guard case .perform(let more) = transition.effect else { return }
        for item in more {
            if case .secure = item.effect { work.removeAll { $0.interface == item.interface } }
            work.append(item)
        }
    }

    /// Carries out the oldest work, well or not.
    mutating func carryOut(succeeds: Bool) throws(BrokenInvariant) {
        guard !work.isEmpty else { return }
        let item = work.removeFirst()
        try take(.completed(outcome(of: item, succeeds: succeeds), on: item.interface))
    }

    /// Carries out all work.
    mutating func carryOutAll() throws(BrokenInvariant) {
        while !work.isEmpty { try carryOut(succeeds: true) }
    }

    private mutating func outcome(of item: DSM.Work, succeeds: Bool) throws(BrokenInvariant) -> TDI.Outcome {
        switch item.effect {
        case .none, .answer: throw BrokenInvariant("\(item.effect) is no work")
        case .inspect:
            var context = Self.context
            context.debugClosed = succeeds
            return .inspected(context)
        case .prepareLock: return succeeds ? prepareLock(item.interface) : .lockNotPrepared(.insufficientEntropy)
        case .consumeNonce(let nonce, let epoch):
            guard let own = kept[item.interface], own.epoch == epoch, own.nonce == nonce else {
                return .nonceRejected(epoch)
            }
            kept[item.interface] = nil
            return .nonceConsumed(epoch)
        case .start(let epoch): return succeeds ? .started(epoch) : .notStarted(epoch)
        case .adjust: return succeeds ? .adjusted : .notAdjusted
        case .stop:
            kept[item.interface] = nil
            return succeeds ? .stopped : .notStopped
        case .secure:
            kept[item.interface] = nil
            return .secured
        }
    }

    private mutating func prepareLock(_ interface: RequesterID) -> TDI.Outcome {
        epochs += 1
        let epoch = TDI.LockEpoch(rawValue: epochs)
        let nonce = Self.nonce(epochs)
        kept[interface] = (epoch, nonce)
        return .lockPrepared(nonce, epoch, Self.report)
    }

    /// The functions answer under other numbers now, and so do their owner's records.
    private mutating func renumber(to bus: UInt8) {
        let shift = UInt16(bus &- dsm.functionZero.bus) << 8
        func moved(_ old: RequesterID) -> RequesterID { RequesterID(rawValue: old.rawValue &+ shift) }
        work = work.map { DSM.Work($0.effect, on: moved($0.interface)) }
        kept = Dictionary(uniqueKeysWithValues: kept.map { (moved($0.key), $0.value) })
    }
}

extension DeviceModel {
    /// The nonce of a lock: 32 times its number, so that a script can show it.
    static func nonce(_ number: UInt32) -> StartNonce {
        StartNonce(InlineArray(repeating: UInt8(truncatingIfNeeded: number)))
    }

    static let report = InterfaceReport(
        info: [.dmaWithoutPASID, .ats], msixMessageControl: 0x8007,
        ranges: [
            MMIORange(firstPage: 0x1000, pageCount: 16, attributes: .updatable, id: 0),
            MMIORange(firstPage: 0x2000, pageCount: 4, attributes: [.msixTable, .msixPendingBits], id: 2),
        ],
        deviceSpecificInfo: [0xCA, 0xFE])

    /// A device in good order whose default stream 0 was keyed over session A.
    static let context = LockContext(
        supportedFlags: .all,
        streams: [
            LockContext.Stream(
                id: StreamID(rawValue: 0), isDefault: true, trafficClass: 0, isKeyed: true, keySession: sessionA)
        ])

    static let lock = TDISPRequest.lockInterface(
        LockInterfaceRequest(flags: [.lockMSIX, .bindP2P], defaultStream: StreamID(rawValue: 0)))

    /// Devices whose interface is in each state of a TDI in turn.
    static let everyState: Result<[DeviceModel], BrokenInvariant> = {
        do throws(BrokenInvariant) {
            return .success(try reachEveryState())
        } catch {
            return .failure(error)
        }
    }()

    private static func reachEveryState() throws(BrokenInvariant) -> [DeviceModel] {
        var device = DeviceModel()
        var states = [device]
        func ask(_ request: TDISPRequest) throws(BrokenInvariant) {
            let bytes = request.encoded(to: InterfaceID(requesterID: interface))
            try device.take(.received(bytes, over: sessionA))
            states.append(device)
        }
        func carryOut() throws(BrokenInvariant) {
            try device.carryOut(succeeds: true)
            states.append(device)
        }
        try ask(lock)
        try carryOut()
        try carryOut()
        try ask(.startInterface(nonce(1)))
        try carryOut()
        try carryOut()
        try ask(.bindP2PStream(StreamID(rawValue: 1)))
        let adjusting = device
        try device.carryOut(succeeds: true)
        try ask(.stopInterface)
        device = adjusting
        try device.take(.incident(.linkDown, on: interface))
        states.append(device)
        try carryOut()
        return states
    }
}
