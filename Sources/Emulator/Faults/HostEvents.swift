internal import Assignment
internal import IOMMU
internal import PCIe
internal import TDISP

extension HostModel {
    /// Puts a fault into its place; an event happens at once.
    public mutating func inject(_ fault: InjectedFault) {
        switch fault {
        case .message(let fault): faults.add(fault)
        case .effect(let fault): faults.add(fault)
        case .event(let event): happen(event)
        }
    }

    /// Whether a fault waits for its moment.
    public var hasWaitingFaults: Bool { !faults.isEmpty }

    /// Removes all faults that have not happened.
    public mutating func clearFaults() { faults.removeAll() }

    /// Something happens. What a host would see of it is noticed; what only the device knows comes out when it is asked.
    mutating func happen(_ event: HostEvent) {
        switch event {
        case .linkDown(let name), .integrityCheckFailed(let name), .streamDisabled(let name), .sessionLost(let name),
            .debugAuthorized(let name), .deviceGone(let name), .deviceReturned(let name), .conventionalReset(let name):
            if let device = devices[name] { happen(event, to: device) }
        case .identitySwapped(let name, let serial): if let device = devices[name] { swap(device, serial) }
        case .defect(let name, let defect): if let device = devices[name] { add(defect, to: device) }
        case .firmwareUpdate(let name, let version, let lowers, let isForced):
            guard let device = devices[name] else { return }
            updateFirmware(of: device, version, FirmwareUpdate(lowersSecurityVersion: lowers), isForced: isForced)
        case .functionReset(let address), .configurationWrite(let address, _, _, _), .busMasterCleared(let address),
            .memorySpaceCleared(let address), .memoryMoved(let address, _, _), .poisonedData(let address),
            .dmaStuck(let address):
            if let (device, function) = locate(address) { happen(event, to: function, device) }
        case .misbehaves(let address, let does): workloads[address]?.description.misbehaves = does
        case .driverHangs(let address, let does): hang(address, does)
        case .hostdevRemoved(let address): loseHostdev(address)
        case .domainStopped(let id): stopDomain(id)
        case .domainStarted(let id): domains[id]?.isRunning = true
        case .pagesConverted(let id, let first, let size, let toShared): convertPages(id, first, size, toShared)
        }
    }

    // MARK: To a device

    private mutating func happen(_ event: HostEvent, to device: EmulatedDevice) {
        switch event {
        case .linkDown: loseLink(device)
        case .integrityCheckFailed: loseStream(device, at: .integrityCheckFailed, .failMessageReceived)
        case .streamDisabled:
            device.rootPort.setEnable(false)
            notices.post(.connection(.streamInsecure), of: device.address)
        case .sessionLost:
            device.endSession()
            loseSession(of: device, .sessionLost)
        case .debugAuthorized: openDebug(device)
        case .deviceGone: pullOut(device)
        case .deviceReturned: plugIn(device)
        case .conventionalReset:
            resetConventionally(device)
            noticeReset(of: device.functions, device)
        case .functionReset, .configurationWrite, .busMasterCleared, .memorySpaceCleared, .memoryMoved, .poisonedData,
            .firmwareUpdate, .identitySwapped, .defect, .dmaStuck, .misbehaves, .domainStopped, .domainStarted,
            .hostdevRemoved, .driverHangs, .pagesConverted:
            break
        }
    }

    private mutating func loseLink(_ device: EmulatedDevice) {
        device.loseLink()
        device.rootPort.take(.lost(.linkDown))
        notices.post(.connection(.streamInsecure), of: device.address)
    }

    private mutating func loseStream(
        _ device: EmulatedDevice, at deviceLoss: IDEStreamLoss, _ portLoss: IDEStreamLoss
    ) {
        guard let stream = tsm.connections[device.address]?.stream else { return }
        device.takeIDE(.streamLost(IDEStreamKey(portIndex: 0, streamID: stream), deviceLoss))
        device.rootPort.take(.lost(portLoss))
        notices.post(.connection(.streamInsecure), of: device.address)
    }

    /// Streams first, then the session, then the interfaces; only then debug opens.
    private mutating func openDebug(_ device: EmulatedDevice) {
        device.takeIDE(.portLost(0, .debugAuthorized))
        device.endSession()
        device.takeDSM(.deviceIncident(.debugAuthorized))
        device.isDebugOpen = true
        loseSession(of: device, .sessionLost)
    }

    private mutating func pullOut(_ device: EmulatedDevice) {
        device.resetConventionally()
        device.isPresent = false
        device.rootPort.take(.lost(.linkDown))
        followBusMastering(of: device)
        for function in device.functions where software[function.address]?.driver == FunctionSoftware.vfio {
            notices.post(.device(function.address, .deviceGone), of: device.address)
        }
        loseSession(of: device, .sessionLost)
    }

    private mutating func plugIn(_ device: EmulatedDevice) {
        device.isPresent = true
        for function in device.functions { tsm.locks[function.address] = nil }
        followBusMastering(of: device)
    }

    private mutating func swap(_ device: EmulatedDevice, _ serial: String) {
        device.identity.serial = serial
        resetConventionally(device)
        noticeReset(of: device.functions, device)
    }

    private func add(_ defect: DeviceDefect, to device: EmulatedDevice) {
        switch defect {
        case .rootPortFails: device.rootPort.actionFails = true
        case .noEntropy, .startFails, .stopFails, .keyInstallFails: device.defects.insert(defect)
        }
    }

    /// A device that refuses keeps its firmware, unless it is forced.
    private mutating func updateFirmware(
        of device: EmulatedDevice, _ version: String, _ update: FirmwareUpdate, isForced: Bool
    ) {
        if isForced {
            device.takeDSM(.deviceIncident(.firmwareForced(update)))
            for function in device.functions { notices.suspect(function.address, of: device.address) }
        } else if !device.permitsFirmwareUpdate(update) {
            return
        }
        device.identity.firmware = version
    }

    // MARK: To a function

    private mutating func happen(_ event: HostEvent, to function: EmulatedFunction, _ device: EmulatedDevice) {
        switch event {
        case .functionReset: resetUnasked(function, device)
        case .configurationWrite(_, let offset, let width, let value):
            guard let width = ConfigurationWrite.Width(rawValue: width),
                let write = try? ConfigurationWrite(offset: offset, width: width, value: value)
            else { return }
            self.write(write, to: function, of: device)
        case .busMasterCleared: setCommand(.busMaster, false, of: function, device)
        case .memorySpaceCleared: setCommand(.memorySpace, false, of: function, device)
        case .memoryMoved(_, let register, let value):
            let offset = 0x10 + 4 * max(0, min(5, register))
            guard let write = try? ConfigurationWrite(offset: offset, width: .doubleword, value: value) else { return }
            self.write(write, to: function, of: device)
        case .poisonedData: device.takeDSM(.incident(.poisonedData, on: function.address.requesterID))
        case .dmaStuck: function.inFlight += 1
        case .linkDown, .integrityCheckFailed, .streamDisabled, .sessionLost, .conventionalReset, .debugAuthorized,
            .firmwareUpdate, .deviceGone, .deviceReturned, .identitySwapped, .defect, .misbehaves, .domainStopped,
            .domainStarted, .hostdevRemoved, .driverHangs, .pagesConverted:
            break
        }
        notices.suspect(function.address, of: device.address)
    }

    private mutating func resetUnasked(_ function: EmulatedFunction, _ device: EmulatedDevice) {
        device.resetFunction(function)
        followBusMastering(of: device)
        let affected = function.isPhysical ? [function] + device.virtualFunctions(of: function) : [function]
        noticeReset(of: affected, device)
        if function === device.functions[0] { loseSession(of: device, .deviceReset) }
    }

    // MARK: To software

    private mutating func hang(_ address: FunctionAddress, _ hangs: Bool) {
        software[address]?.isHung = hangs
        guard hangs, let device = deviceOf[address], software[address]?.hasGuestDriver == true else { return }
        notices.post(.device(address, .driverTimeout), of: device)
    }

    private mutating func loseHostdev(_ address: FunctionAddress) {
        guard let (device, function) = locate(address), software[address]?.domain != nil else { return }
        removeFromDomain(function, device)
        notices.post(.device(address, .hostdevRemoved), of: device.address)
    }

    private mutating func stopDomain(_ id: DomainID) {
        domains[id]?.isRunning = false
        for address in software.keys.sorted() where software[address]?.domain == id {
            software[address]?.hasGuestDriver = false
            guard let device = deviceOf[address] else { continue }
            notices.post(.device(address, .domainStopped), of: device)
        }
    }

    /// A guest converts pages; the VMM and the TSM have every table let go of them first.
    private mutating func convertPages(_ id: DomainID, _ first: UInt64, _ size: UInt64, _ toShared: Bool) {
        guard var domain = domains[id], size > 0, first.isMultiple(of: 4096), size.isMultiple(of: 4096),
            first <= domain.description.memory, size <= domain.description.memory - first
        else { return }
        let untrusted = software.keys.sorted().filter { address in
            software[address]?.domain == id && software[address]?.ledger?.stage != .dropped
        }
        let range = first..<first + size
        guard (try? memory.convert(range, of: domain, toShared: toShared, untrusted: untrusted)) != nil else { return }
        domain.convert(range, toShared: toShared)
        domains[id] = domain
    }
}
