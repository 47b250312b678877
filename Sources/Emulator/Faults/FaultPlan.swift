internal import Assignment
internal import PCIe
internal import SPDM

/// The faults that wait for their moment.
struct FaultPlan {
    private var messages: [MessageFault] = []
    private var effects: [EffectFault] = []
    /// Responses that are to come once more.
    private var echoes: [FunctionAddress: TransportMessage] = [:]

    mutating func add(_ fault: MessageFault) { messages.append(fault) }

    mutating func add(_ fault: EffectFault) { effects.append(fault) }

    mutating func removeAll() { self = FaultPlan() }

    /// Those at messages first, each kind in the order in which they were added; counted from now.
    var waiting: [InjectedFault] { messages.map { .message($0) } + effects.map { .effect($0) } }

    /// Counts a message, and gives what happens to it: at most one thing, of the fault that was added first.
    mutating func match(_ message: ProtocolMessage, of device: FunctionAddress) -> MessageFault.Action? {
        var found: MessageFault.Action?
        messages = messages.compactMap { fault in
            guard fault.message == message, fault.device == nil || fault.device == device else { return fault }
            var fault = fault
            fault.occurrence -= 1
            guard fault.occurrence <= 0, found == nil else { return fault }
            found = fault.action
            guard case .busy(let times) = fault.action, times > 1 else { return nil }
            fault.action = .busy(times - 1)
            return fault
        }
        return found
    }

    /// Has a response come once more.
    mutating func echo(_ response: TransportMessage, of device: FunctionAddress) { echoes[device] = response }

    /// What comes as an answer: in its place the one before, if that is to come once more.
    mutating func takeEcho(of device: FunctionAddress, insteadOf answer: TransportMessage?) -> TransportMessage? {
        echoes.removeValue(forKey: device) ?? answer
    }

    /// Counts an effect, and gives what happens to it.
    mutating func match(_ effect: EffectFault.Name, on function: FunctionAddress) -> EffectFault.Action? {
        var found: EffectFault.Action?
        effects = effects.compactMap { fault in
            guard fault.effect == effect, fault.function == nil || fault.function == function else { return fault }
            var fault = fault
            fault.occurrence -= 1
            guard fault.occurrence <= 0, found == nil else { return fault }
            found = fault.action
            return nil
        }
        return found
    }
}
