internal import PCIe
internal import SPDM
internal import TDISP

/// The root port above a device: the host's end of the link, its stream and its key slots.
final class RootPort {
    let address: FunctionAddress
    var registers: FunctionRegisters
    /// The stream of its first block.
    private(set) var stream = IDEStream.initial
    private(set) var keys = KeyBank()
    /// Whether the link below is up.
    var isLinkUp = true
    /// Whether the next host action on it fails (a defect that is used up).
    var actionFails = false

    init(address: FunctionAddress, registers: FunctionRegisters) {
        self.address = address
        self.registers = registers
    }

    /// The registers of the stream's block.
    var block: SelectiveStreamBlock? { (try? IDECapability(in: registers.space))?.block }

    /// What its status register says.
    var isSecure: Bool { block?.status.state == .secure }

    /// Sets the stream's block up, with Enable clear.
    func configure(_ streamID: StreamID, requesters: RequesterAssociation) {
        guard let block else { return }
        for write in block.setting(requesters) { registers.write(write) }
        registers.write(block.setting(StreamControl(streamID: streamID, isEnabled: false)))
        take(.lost(.reconfigured))
    }

    /// Frees the stream's block.
    func release() {
        take(.lost(.reconfigured))
        guard let block else { return }
        registers.write(block.setting(StreamControl(rawValue: 0)))
    }

    /// Carries out what the IDE_KM requester asks of the host's end.
    func perform(_ action: IDERequester.HostAction, key: consuming IDEKey?, session: SessionID) -> Bool {
        guard !actionFails else {
            actionFails = false
            return false
        }
        switch action {
        case .program(let slot):
            guard let key else { return false }
            keys.store(key, in: slot)
            take(.keyInstalled(slot, by: session))
        case .activate(let slots): for slot in slots.slots { take(.go(slot)) }
        case .enable: setEnable(true)
        case .disable: setEnable(false)
        case .erase(let slots): for slot in slots.slots { take(.stop(slot)) }
        }
        return true
    }

    /// Passes an event to the stream's machine and does what it says.
    func take(_ event: IDEStream.Event) {
        let transition = IDEStream.step(stream, event)
        stream = transition.next
        switch transition.effect {
        case .none, .refuse: break
        case .activate(_, let becomesSecure): if becomesSecure { show(.secure) }
        case .secure: show(.secure)
        case .erase(let slots): keys.erase(slots)
        case .fail:
            keys.erase(.all)
            show(.insecure)
        }
    }

    func setEnable(_ isEnabled: Bool) {
        guard let block else { return }
        var control = block.control
        control.isEnabled = isEnabled
        registers.write(block.setting(control))
        take(isEnabled ? .enable : .disable)
    }

    private func show(_ state: StreamState) {
        guard let block else { return }
        registers.space.store(StreamStatus(state: state).rawValue, at: block.statusOffset)
    }
}
