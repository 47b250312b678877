internal import PCIe
internal import SPDM
internal import TDISP

/// The input is one request. In every state of its interface, and from every session, ``DeviceObserver`` must agree with what
/// the DSM makes of it.
func fuzzDSMRequest(_ input: [UInt8]) throws(BrokenInvariant) {
    for device in try DeviceModel.everyState.get() {
        for session in [DeviceModel.sessionA, DeviceModel.sessionB, nil] {
            var device = device
            try device.take(.received(input, over: session))
            try device.carryOutAll()
        }
    }
}

/// The input is a ``Script``: requests over two sessions and in clear, work that ends well or not, incidents.
func fuzzDSMLife(_ input: [UInt8]) throws(BrokenInvariant) {
    var script = Script(input)
    var device = DeviceModel()
    while let step = script.step() {
        switch step.what {
        case 0: try device.take(.received(script.message(), over: DeviceModel.sessionA))
        case 1: try device.take(.received(script.message(), over: DeviceModel.sessionB))
        case 2: try device.take(.received(script.message(), over: nil))
        case 3: try device.carryOut(succeeds: true)
        case 4: try device.carryOut(succeeds: false)
        case 5: try device.take(.incident(incidents[step.which % incidents.count], on: DeviceModel.interface))
        case 6: try device.take(.incident(incidents[step.which % incidents.count], on: DeviceModel.functionZero))
        default: try device.take(deviceEvents[step.which % deviceEvents.count])
        }
    }
}

private let incidents: [TDI.Incident] = [
    .functionLevelReset, .requesterIDChanged, .configurationChanged(.busMasterDisabled), .configurationChanged(.msiX),
    .streamInsecure(StreamID(rawValue: 0)), .streamInsecure(StreamID(rawValue: 1)),
    .sessionEnded(DeviceModel.sessionA), .sessionEnded(DeviceModel.sessionB), .linkDown, .poisonedData,
    .dataIntegrityLost, .requestFailed, .untrustedTranslation, .untrustedPageResponse, .debugAuthorized,
    .firmwareForced(FirmwareUpdate(lowersSecurityVersion: true)), .contextLost,
]

private let deviceEvents: [DSM.Event] = [
    .conventionalReset, .busRenumbered(0xBE), .busRenumbered(0x01), .recoverFromError(DeviceModel.interface),
    .firmwareUpdateRequested(FirmwareUpdate(lowersSecurityVersion: false)), .deviceIncident(.contextLost),
    .deviceIncident(.sessionEnded(DeviceModel.sessionA)),
]
