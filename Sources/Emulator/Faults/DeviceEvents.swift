internal import Assignment
internal import PCIe
internal import TDISP

// What happens to a device: link, stream, session, power, firmware.

extension HostModel {
    mutating func loseLink(_ device: EmulatedDevice) {
        device.loseLink()
        device.rootPort.take(.lost(.linkDown))
        notices.post(.connection(.streamInsecure), of: device.address)
    }

    /// A packet fails its integrity check at one end of the stream, which tells the other by a message.
    mutating func failIntegrityCheck(_ device: EmulatedDevice, atRootPort: Bool = false) {
        guard let stream = tsm.connections[device.address]?.stream else { return }
        let key = IDEStreamKey(portIndex: device.description.dsm.port, streamID: stream)
        device.takeIDE(.streamLost(key, atRootPort ? .failMessageReceived : .integrityCheckFailed))
        device.rootPort.take(.lost(atRootPort ? .integrityCheckFailed : .failMessageReceived))
        notices.post(.connection(.streamInsecure), of: device.address)
        count(.ideCheck, at: atRootPort ? .rootPort : .device, of: device.address)
    }

    mutating func disableStream(_ device: EmulatedDevice) {
        device.rootPort.setEnable(false)
        notices.post(.connection(.streamInsecure), of: device.address)
    }

    mutating func missHeartbeat(_ device: EmulatedDevice) {
        device.endSessions()
        loseSession(of: device, .sessionLost)
    }

    /// The kernel resets for whoever asks it, and brings the registers of every function back.
    mutating func resetUnasked(_ device: EmulatedDevice) {
        let saved = device.functions.map(\.registers.space)
        resetConventionally(device)
        for (function, space) in zip(device.functions, saved) { restore(space, of: function, device) }
        noticeReset(of: device.functions, device)
    }

    /// Streams first, then the session, then the interfaces; only then debug opens.
    mutating func openDebug(_ device: EmulatedDevice) {
        device.takeIDE(.portLost(device.description.dsm.port, .debugAuthorized))
        device.endSessions()
        device.takeDSM(.deviceIncident(.debugAuthorized))
        device.isDebugOpen = true
        loseSession(of: device, .sessionLost)
    }

    mutating func pullOut(_ device: EmulatedDevice) {
        device.resetConventionally()
        tsm.boots[device.address, default: 0] += 1
        device.isPresent = false
        tsm.authentications[device.address] = nil
        device.rootPort.take(.lost(.linkDown))
        followBusMastering(of: device)
        for function in device.functions where software[function.address]?.driver == FunctionSoftware.vfio {
            notices.post(.device(function.address, .deviceGone), of: device.address)
        }
        loseSession(of: device, .sessionLost)
    }

    /// The system enumerates what it finds in the slot, as when it started.
    mutating func plugIn(_ device: EmulatedDevice) {
        device.isPresent = true
        tsm.authentications[device.address] = nil
        for function in device.allFunctions {
            tsm.locks[function.address] = nil
            function.setUp()
        }
        device.followVirtualFunctions()
        followBusMastering(of: device)
        for function in device.functions { bindNativeDriver(to: function, of: device) }
    }

    mutating func swap(_ device: EmulatedDevice, _ serial: String) {
        device.identity.serial = serial
        resetUnasked(device)
        giveIdentity(to: device)
        tsm.peers[device.address] = nil
        tsm.authentications[device.address] = nil
    }

    func add(_ defect: DeviceDefect, to device: EmulatedDevice) {
        switch defect {
        case .rootPortFails: device.rootPort.actionFails = true
        case .noEntropy, .startFails, .stopFails, .slowReset, .resetHangs, .keyInstallFails:
            device.defects.insert(defect)
        }
    }

    /// A device that refuses keeps its firmware, unless it is forced.
    mutating func updateFirmware(
        of device: EmulatedDevice, _ version: String, _ update: FirmwareUpdate, isForced: Bool
    ) {
        if isForced {
            device.takeDSM(.deviceIncident(.firmwareForced(update)))
            for function in device.functions { notices.suspect(function.address, of: device.address) }
        } else if !device.permitsFirmwareUpdate(update) {
            return
        }
        device.identity.firmware = version
        device.showMeasurements()
    }
}
