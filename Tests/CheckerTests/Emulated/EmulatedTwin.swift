import Assignment
import IOMMU
import PCIe
import TDISP

@testable import Checker
@testable import Emulator

/// An emulated host that goes the way of a lane: the same events to the same machines, the same effects carried out on it.
final class EmulatedTwin {
    private var host: HostModel
    private let function: FunctionAddress
    private let dsm: FunctionAddress
    private(set) var assignment = AssignmentState.initial
    private(set) var connection = ConnectionState.initial
    /// What the last effect said of itself.
    private(set) var detail = ""
    /// The lock of which the owner has evidence.
    private var evidence: LockEpoch?

    /// A host as the model has it: one device, function 0 or a virtual function of it, and two VMs.
    init(_ model: CheckerModel) throws {
        dsm = FunctionAddress(segment: 0, requesterID: RequesterID(bus: 1, device: 0, function: 0))
        let bridge = Topology.Bridge(segment: 0, bus: 0, ideStreams: 4)
        let device = Topology.Device(
            name: "device", address: dsm, rootPort: bridge.rootPorts[0],
            virtualFunctions: Topology.VirtualFunctions(total: 1, enabled: 1), identity: Topology.Identity(serial: "1"),
            driver: "driver")
        let domains = (0..<UInt8(2)).map {
            Topology.Domain(id: CheckerModel.domain($0), name: "vm\($0)", memory: 2 << 20, shared: [0..<64 << 10])
        }
        let topology = Topology(
            name: "twin", profile: model.profile, bridges: [bridge], devices: [device], domains: domains)
        host = try HostModel(topology, entropy: SeededEntropy(seed: 1))
        function = model.isFunctionZero ? dsm : host.functions[1]
    }

    private var device: EmulatedDevice? { host.devices[dsm] }

    /// What is to be seen of it.
    var facts: DeviceFacts? {
        guard let view = host.view(of: function), let unit = host.memory.unit(of: function), let device,
            let isPresent = host.locate(function).map({ $0.device.has($0.function) })
        else { return nil }
        return DeviceFacts(
            unit, function.requesterID, isPresent: isPresent, tdi: view.state,
            isSessionAlive: host.tsm.connections[dsm]?.isAlive ?? false,
            isSecureAtDevice: device.ide.ports.streams.values.contains(where: \.isSecure),
            isSecureAtPort: device.rootPort.isSecure, hasHostDriver: view.driver == "driver",
            hasGuestDriver: view.hasGuestDriver, isInDomain: view.domain != nil)
    }

    /// Whether the function can master the bus.
    var isBusMaster: Bool { host.view(of: function)?.isBusMaster ?? false }

    // MARK: Steps

    /// Whether it has the like of a lane's step.
    static func takes(_ label: LaneLabel) -> Bool {
        switch label {
        case .asked, .noticed, .shared(.disconnected), .shared(.disconnectedByForce): true
        case .ended(_, let ending): ending != .heldBack && ending != .connectionTrouble
        case .happened(.ownRecovery), .happened(.startReplayed), .happened(.lockedUnasked): false
        case .happened: true
        case .landed, .invalidated, .deviceForgot, .pageAnswered, .restarted, .resumed, .carriedOut, .shared: false
        }
    }

    /// Takes the step of a lane. `loses`: the connection is noticed to be lost with it.
    func take(_ label: LaneLabel, loses: Bool) {
        switch label {
        case .asked(let request): feed(request)
        case .ended(let effect, let ending): end(effect, ending)
        case .noticed(let observation, let isDone):
            if loses, let loss = observation.loss { _ = talk(.lost(loss)) }
            if isDone { _ = carryOut(assignment.pending) }
            feed(.observed(observation))
        case .happened(let happening): happen(happening)
        case .shared(.disconnected):
            if let observation = talk(.disconnect(lockedTDIs: 0, force: false))?.observation {
                feed(.observed(observation))
            }
        case .shared(.disconnectedByForce): feed(.observed(.sessionLost))
        case .landed, .invalidated, .deviceForgot, .pageAnswered, .restarted, .resumed, .carriedOut, .shared: break
        }
        _ = host.drainNotices(of: dsm)
    }

    private func feed(_ event: AssignmentEvent) { assignment = AssignmentMachine.step(assignment, event).state }

    private func end(_ name: EffectName, _ ending: LaneLabel.Ending) {
        let effect = assignment.pending
        if name == .requireConnection { return hear(talk(.require)) }
        if name == .rekey { return hear(talk(.rekey(lockedTDIs: 0))) }
        switch ending {
        case .orderly: feed(carryOut(effect))
        case .refused: feed(.finished(name, .failed(.deviceRefused)))
        case .refusedHavingWorked:
            _ = carryOut(effect)
            feed(.finished(name, .failed(.deviceRefused)))
        case .lost: feed(.finished(name, .unknown))
        case .lostHavingWorked:
            _ = carryOut(effect)
            feed(.finished(name, .unknown))
        case .otherDevice: feed(.finished(name, .failed(.identityChanged)))
        case .deviceFailed:
            device?.defects = name == .accept ? [.startFails] : [.stopFails]
            _ = carryOut(effect)
            device?.defects = []
            feed(.finished(name, .failed(.deviceRefused)))
        case .heldBack, .connectionTrouble: break
        }
    }

    private func carryOut(_ effect: AssignmentEffect) -> AssignmentEvent {
        let report: EffectReport
        switch effect {
        case .collectEvidence(let epoch):
            let nonce = [UInt8](repeating: 0x5A, count: 32)
            report = host.collectEvidence(from: function, epoch: epoch, nonce: nonce).report
            if report.outcome == .succeeded { evidence = epoch }
        case .appraise(let epoch):
            return .finished(.appraise, evidence == epoch ? .succeeded : .failed(.policyRefused))
        default: report = host.perform(effect, on: function)
        }
        detail = report.detail
        if effect == .askState, let state = report.state { return .answered(state) }
        return .finished(effect.name, report.outcome)
    }

    // MARK: The connection

    /// Feeds an event to the connection's machine, and carries out what follows, until there is news or nothing to do.
    private func talk(_ event: ConnectionEvent) -> ConnectionNews? {
        var event = event
        while true {
            let step = ConnectionMachine.step(connection, event)
            connection = step.state
            switch step.effect {
            case .none, .refuse: return nil
            case .announce(let news): return news
            case .connect, .refreshKeys, .disconnect:
                event = .finished(step.effect.name, host.perform(step.effect, on: dsm).outcome)
            }
        }
    }

    private func hear(_ news: ConnectionNews?) {
        guard let news else { return }
        let effect = assignment.pending
        if let observation = news.observation {
            feed(.observed(observation))
            guard assignment.pending == effect else { return }
        }
        feed(.finished(effect.name, news.outcome))
    }

    // MARK: Happenings

    private func happen(_ happening: LaneLabel.Happening) {
        switch happening {
        case .streamLost: host.happen(.integrityCheckFailed(dsm))
        case .streamDisabledAtPort: host.happen(.streamDisabled(dsm))
        case .sessionLost: host.happen(.sessionLost(dsm))
        case .sessionLostAtHost: if let device { host.loseSession(of: device, .sessionLost) }
        case .deviceGone: host.happen(.deviceGone(dsm))
        case .deviceReturned: bringBack()
        case .functionReset: host.happen(.functionReset(function))
        case .conventionalReset: host.happen(.conventionalReset(dsm))
        case .contextLost: host.happen(.incident(function, .contextLost))
        case .poisonedData: host.happen(.poisonedData(function))
        case .busMasterCleared:
            // For the checker somebody may have switched it on before.
            if let (device, function) = host.locate(function) {
                host.setCommand(.busMaster, true, of: function, device)
            }
            host.happen(.busMasterCleared(function))
        case .hostdevRemoved: host.happen(.hostdevRemoved(function))
        case .untrustedPageResponse, .strayPageResponse: host.happen(.incident(function, .untrustedPageResponse))
        case .privateDMAFaulted: _ = host.tryDMA(function, .trusted, at: ModelUnit.nowhere)
        case .ownRecovery, .startReplayed, .lockedUnasked: break
        }
    }
}

extension EmulatedTwin {
    /// The device returns. Its virtual functions come back when the host enables them again, without what was written to
    /// their configuration space, which the model has none of: that is brought back too.
    private func bringBack() {
        host.happen(.deviceReturned(dsm))
        host.happen(.virtualFunctions(dsm, count: 1))
        guard let saved = host.software[function]?.saved, let (device, function) = host.locate(function) else { return }
        host.restore(saved, of: function, device)
    }
}

extension Observation {
    /// The loss of a connection that is told in this way.
    fileprivate var loss: ConnectionLoss? {
        switch self {
        case .sessionLost: .sessionLost
        case .deviceReset: .deviceReset
        case .streamInsecure: .streamInsecure
        case .state, .deviceGone, .hostdevRemoved, .domainStopped, .driverTimeout: nil
        }
    }
}
