internal import PCIe
internal import SPDM

// The registers of the DOE mailbox in function 0, and who stands behind them.

extension EmulatedDevice {
    /// What a register of the mailbox shows: ones when the device is not there.
    func read(_ register: DOEMailbox.Register) -> UInt32 {
        isPresent && rootPort.isLinkUp ? mailbox.value(of: register) : .max
    }

    /// A write to a register of the mailbox. With Go, the object is worked on at once; `defect` is what goes wrong behind
    /// the session that it belongs to.
    func write(_ value: UInt32, to register: DOEMailbox.Register, _ defect: MessageFault.Action? = nil) {
        guard isPresent, rootPort.isLinkUp else { return }
        switch step(.write(register, value)) {
        case .none, .abandon: break
        case .process(let message, let number):
            if let answer = receive(message, defect) {
                _ = step(.answered(answer, to: number))
            } else {
                _ = step(.unanswered(number))
            }
        }
    }

    /// The mailbox is as after power-on, and the host begins anew as well.
    func emptyMailbox() {
        mailbox = DOEMailbox()
        driver = DOEMailboxDriver()
    }

    private func step(_ event: DOEMailbox.Event) -> DOEMailbox.Effect {
        let transition = DOEMailbox.step(mailbox, event)
        mailbox = transition.next
        return transition.effect
    }

    /// The register that a configuration access to function 0 is about, if it is one of the mailbox.
    func mailboxRegister(at offset: Int) -> DOEMailbox.Register? {
        guard let mailboxes = try? DOECapability.all(in: functions[0].registers.space), let doe = mailboxes.first else {
            return nil
        }
        switch offset {
        case doe.controlOffset: return .control
        case doe.statusOffset: return .status
        case doe.writeMailboxOffset: return .writeMailbox
        case doe.readMailboxOffset: return .readMailbox
        default: return nil
        }
    }
}
