internal import PCIe
internal import SPDM
internal import TDISP

extension HostModel {
    /// Runs the IDE_KM requester from an event to its next report: device by messages, root port by registers and
    /// slots.
    mutating func runStream(
        _ first: IDERequester.Event, _ device: EmulatedDevice, over connection: TSMConnection
    ) -> IDERequester.Report? {
        var event = first
        while true {
            let transition = IDERequester.step(connection.ide, event)
            connection.ide = transition.next
            switch transition.effect {
            case .none, .refuse: return nil
            case .query(let query):
                event = ask(query.encoded(), .query, device, connection)
            case .obtainKey(let slot):
                connection.key = entropy.bytes32().map { IDEKey(aesOrder: $0) }
                event = connection.key == nil ? .keyUnavailable(slot) : .keyObtained(slot)
            case .programDevice(let fields):
                event = programDevice(fields, device, connection)
            case .activateDevice(let fields):
                event = ask(fields.encodedAsGo(), .keySetGo, device, connection)
            case .stopDevice(let fields):
                event = ask(fields.encodedAsStop(), .keySetStop, device, connection)
            case .host(let action):
                event = .hostFinished(action, perform(action, device, connection) ? .succeeded : .failed)
            case .readStatus:
                event = .status(
                    deviceSecure: device.isSecure(connection.stream), rootPortSecure: device.rootPort.isSecure)
            case .report(let report):
                connection.key = nil
                return report
            }
        }
    }

    private mutating func programDevice(
        _ fields: IDEKM.KeyProgram, _ device: EmulatedDevice, _ connection: TSMConnection
    ) -> IDERequester.Event {
        let bytes: [UInt8]
        if let key = connection.key.take() {
            bytes = fields.encoded(with: key)
            connection.key = consume key
        } else {
            return .timedOut
        }
        return ask(bytes, .keyProgram, device, connection)
    }

    private mutating func ask(
        _ bytes: [UInt8], _ name: ProtocolMessage, _ device: EmulatedDevice, _ connection: TSMConnection
    ) -> IDERequester.Event {
        guard connection.isAlive else { return .sessionLost }
        switch exchange(bytes, .ideKM, name, with: device, over: connection) {
        case .silence: return connection.isAlive ? .timedOut : .sessionLost
        case .refused(.busy):
            advance(latencies.backoff, device)
            return .busy
        case .refused: return .refused
        case .payload(let answer):
            return (try? IDEKM.Response(decoding: answer.span)).map { .response($0) } ?? .refused
        }
    }

    /// Does what the host does by its own means: the root port's slots and registers, and the device's Enable bit.
    private mutating func perform(
        _ action: IDERequester.HostAction, _ device: EmulatedDevice, _ connection: TSMConnection
    ) -> Bool {
        time += latencies.configurationWrite
        switch action {
        case .program:
            return device.rootPort.perform(action, key: connection.key.take(), session: connection.session)
        case .enable:
            guard setEnable(true, of: connection.stream, device) else { return false }
            return device.rootPort.perform(action, key: nil, session: connection.session)
        case .disable:
            let isDone = setEnable(false, of: connection.stream, device)
            return device.rootPort.perform(action, key: nil, session: connection.session)
                && (isDone || !device.isPresent)
        case .activate, .erase:
            return device.rootPort.perform(action, key: nil, session: connection.session)
        }
    }

    private mutating func setEnable(_ isEnabled: Bool, of stream: StreamID, _ device: EmulatedDevice) -> Bool {
        guard device.isPresent, let block = device.block(of: stream) else { return !isEnabled }
        var control = block.control
        control.isEnabled = isEnabled
        write(block.setting(control), to: device.functions[0], of: device)
        return true
    }
}

extension EmulatedDevice {
    /// What the status register of a stream says.
    func isSecure(_ stream: StreamID) -> Bool { isPresent && block(of: stream)?.status.state == .secure }
}
