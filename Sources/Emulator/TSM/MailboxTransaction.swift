internal import PCIe
internal import SPDM

extension HostModel {
    /// Puts a message into the mailbox of a device and takes the answer out, register by register; nil when there is none.
    mutating func transact(
        _ message: TransportMessage, with device: EmulatedDevice, _ defect: MessageFault.Action? = nil
    ) -> TransportMessage? {
        guard let object = try? message.doeObject(), let answer = transact(object, with: device, defect),
            case .message(let message) = DOERequest(decoding: answer.span)
        else { return nil }
        return message
    }

    /// The same for a whole DOE object of any type.
    mutating func transact(
        _ object: [UInt8], with device: EmulatedDevice, _ defect: MessageFault.Action? = nil
    ) -> [UInt8]? {
        device.clock = now
        var event = DOEMailboxDriver.Event.begin(object)
        while true {
            let transition = DOEMailboxDriver.step(device.driver, event)
            device.driver = transition.next
            switch transition.effect {
            case .none, .refuse: return nil
            case .read(let register): event = .value(device.read(register))
            case .write(let register, let value):
                device.write(value, to: register, defect)
                event = .written
            case .wait(let microseconds):
                advance(UInt64(microseconds) * 1000, device)
                event = .waited
            case .finish(.answered(let object)): return object
            case .finish(.failed): return nil
            }
        }
    }
}
