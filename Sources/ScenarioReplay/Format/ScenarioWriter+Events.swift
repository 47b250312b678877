internal import Assignment
internal import Emulator
internal import PCIe
internal import StrictYAML
internal import TDISP

extension ScenarioWriter {
    /// An event: its name with what it happens to, and what else belongs to it.
    func entries(of event: HostEvent) -> [YAMLTree.Entry] {
        let (place, parameters) = parts(of: event)
        return [YAMLTree.Entry(event.name.word, place)] + parameters
    }

    private func parts(of event: HostEvent) -> (YAMLTree, [YAMLTree.Entry]) {
        switch event {
        case .linkDown(let place), .integrityCheckFailed(let place), .streamDisabled(let place),
            .sessionLost(let place),
            .functionReset(let place), .conventionalReset(let place), .busMasterCleared(let place),
            .memorySpaceCleared(let place), .poisonedData(let place), .debugAuthorized(let place),
            .deviceGone(let place), .deviceReturned(let place), .hostdevRemoved(let place), .stopBelieved(let place):
            (function(place), [])
        case .heartbeatsHeld(let place, let isOn), .misbehaves(let place, let isOn), .driverHangs(let place, let isOn),
            .invalidationStuck(let place, let isOn), .registersMapped(let place, let isOn):
            (function(place), self.parameter(isOn))
        case .peersBound(let place, let other, let isOn):
            (function(place), [YAMLTree.Entry("with", function(other))] + self.parameter(isOn))
        case .virtualFunctions(let place, let count): (function(place), [YAMLTree.Entry("count", "\(count)")])
        case .configurationWrite(let place, let offset, let width, let value):
            (
                function(place),
                [
                    YAMLTree.Entry("offset", .hexadecimal(offset)), YAMLTree.Entry("width", "\(width)"),
                    YAMLTree.Entry("value", .hexadecimal(value)),
                ]
            )
        case .memoryMoved(let place, let register, let value):
            (
                function(place),
                [YAMLTree.Entry("register", "\(register)"), YAMLTree.Entry("value", .hexadecimal(value))]
            )
        case .firmwareUpdate(let place, let version, let lowers, let isForced):
            (
                function(place),
                [YAMLTree.Entry("version", .scalar(version))]
                    + words([("lowers-security-version", lowers), ("forced", isForced)])
            )
        case .identitySwapped(let place, let serial): (function(place), [YAMLTree.Entry("serial", .scalar(serial))])
        case .defect(let place, let defect): (function(place), [YAMLTree.Entry("kind", .scalar(defect.rawValue))])
        case .platformDefect(let place, let defect):
            (function(place), [YAMLTree.Entry("kind", .scalar(defect.rawValue))])
        case .incident(let place, let incident):
            (function(place), [YAMLTree.Entry("kind", .scalar(incident.rawValue))])
        case .signalled(let place, let kind, let source, let count): (function(place), parameters(kind, source, count))
        case .dmaStuck(let place, let address):
            (function(place), address.map { [YAMLTree.Entry("address", .hexadecimal($0))] } ?? [])
        case .domainStopped(let id), .domainStarted(let id): (domain(id), [])
        case .pagesConverted(let id, let first, let size, let toShared):
            (
                domain(id),
                [
                    YAMLTree.Entry("from", .hexadecimal(first)), YAMLTree.Entry("size", .byteCount(size)),
                    YAMLTree.Entry("to", toShared ? "shared" : "private"),
                ]
            )
        }
    }

    private func parameters(_ kind: SignalKind, _ source: Signal.Source?, _ count: Int) -> [YAMLTree.Entry] {
        [YAMLTree.Entry("kind", .scalar(kind.rawValue))]
            + (source.map { [YAMLTree.Entry("at", .scalar($0.rawValue))] } ?? [])
            + (count == 1 ? [] : [YAMLTree.Entry("count", "\(count)")])
    }

    /// Whether it begins, which goes without saying, or ends.
    private func parameter(_ isOn: Bool) -> [YAMLTree.Entry] { isOn ? [] : [YAMLTree.Entry("on", "false")] }

    // MARK: Faults

    /// A fault at a message or at an effect.
    func entries(of fault: InjectedFault) -> [YAMLTree.Entry] {
        switch fault {
        case .message(let fault):
            [YAMLTree.Entry("message", .scalar(fault.message.rawValue))]
                + place(fault.occurrence, fault.device) + [entry(of: fault.action)]
        case .effect(let fault):
            [YAMLTree.Entry("effect", .scalar(PlatformEffect(name: fault.effect).word))]
                + place(fault.occurrence, fault.function) + entry(of: fault.action)
        case .event(let event): entries(of: event)
        }
    }

    private func place(_ occurrence: Int, _ address: FunctionAddress?) -> [YAMLTree.Entry] {
        (occurrence == 1 ? [] : [YAMLTree.Entry("occurrence", "\(occurrence)")])
            + (address.map { [YAMLTree.Entry("of", function($0))] } ?? [])
    }

    private func entry(of action: MessageFault.Action) -> YAMLTree.Entry {
        switch action {
        case .dropRequest: YAMLTree.Entry("drop", "request")
        case .dropResponse: YAMLTree.Entry("drop", "response")
        case .corruptRequest(let byte): YAMLTree.Entry("corrupt-request", "\(byte)")
        case .corruptResponse(let byte): YAMLTree.Entry("corrupt-response", "\(byte)")
        case .duplicateRequest: YAMLTree.Entry("duplicate", "request")
        case .duplicateResponse: YAMLTree.Entry("duplicate", "response")
        case .delay(let nanoseconds): YAMLTree.Entry("delay", .duration(nanoseconds: nanoseconds))
        case .busy(let times): YAMLTree.Entry("busy", "\(times)")
        case .refuse(let code): YAMLTree.Entry("refuse", .scalar(code.description))
        case .event(let event): YAMLTree.Entry("event", .mapping(entries(of: event)))
        }
    }

    /// A manager that dies is not a fault of the host: the step says so (``Interruption``).
    private func entry(of action: EffectFault.Action) -> [YAMLTree.Entry] {
        switch action {
        case .fail(let reason): [YAMLTree.Entry("fail", .scalar(reason.word))]
        case .unknownDone: [YAMLTree.Entry("unknown", "done")]
        case .unknownNotDone: [YAMLTree.Entry("unknown", "not-done")]
        case .event(let event): [YAMLTree.Entry("event", .mapping(entries(of: event)))]
        case .crashBefore, .crashAfter: []
        }
    }
}
