internal import Assignment
internal import PCIe
internal import SPDM
internal import SPDMEndpoints

// What keeps a session while nothing else passes in it: HEARTBEAT, and the question if the device wants something
// (DSP0274: HEARTBEAT, GET_ENCAPSULATED_REQUEST).

extension HostModel {
    /// Time went on: the TSM sends the heartbeats that are due, and devices end the sessions that went without for two
    /// periods. By then the TSM has missed its own and knows.
    mutating func keepSessions() {
        for dsm in heartbeatDevices {
            guard let device = devices[dsm] else { continue }
            beat(device)
            if device.letTimePass(to: now) { loseSession(of: device, .sessionLost) }
        }
    }

    /// One heartbeat, if it is due; with it the device may have the TSM do something, such as change its keys.
    private mutating func beat(_ device: EmulatedDevice) {
        guard let connection = liveConnection(of: device), connection.peer.requester.isResting,
            !tsm.withoutHeartbeats.contains(device.address), connection.heartbeatPeriod > 0,
            now - connection.lastHeard >= connection.heartbeatPeriod,
            case .success = run(.heartbeat(connection.session), with: device)
        else { return }
        _ = run(.answerEncapsulated(connection.session), with: device)
        renewKeys(of: connection, device)
    }

    /// The TSM forgets a device's heartbeats, or remembers them again.
    mutating func holdHeartbeats(_ areHeld: Bool, of device: FunctionAddress) {
        if areHeld { tsm.withoutHeartbeats.insert(device) } else { tsm.withoutHeartbeats.remove(device) }
    }
}
