internal import PCIe
internal import TDISP

extension HostModel {
    /// Puts a fault into its place; an event happens at once. Returns why it does not; nil: it does.
    @discardableResult
    public mutating func inject(_ fault: InjectedFault) -> EventRefusal? {
        switch fault {
        case .message(let fault): faults.add(fault)
        case .effect(let fault): faults.add(fault)
        case .event(let event): return happen(event)
        }
        return nil
    }

    /// The faults that wait for their moment, their occurrences counted from now.
    public var waitingFaults: [InjectedFault] { faults.waiting }

    /// Removes all faults that have not happened.
    public mutating func clearFaults() { faults.removeAll() }

    /// Something happens. What a host would see of it is noticed; what only the device knows comes out when it is
    /// asked. Returns why it does not happen; nil: it does.
    @discardableResult
    mutating func happen(_ event: HostEvent) -> EventRefusal? {
        switch event {
        case .linkDown(let name): if let device = devices[name] { loseLink(device) }
        case .integrityCheckFailed(let name): if let device = devices[name] { failIntegrityCheck(device) }
        case .streamDisabled(let name): if let device = devices[name] { disableStream(device) }
        case .sessionLost(let name): if let device = devices[name] { missHeartbeat(device) }
        case .heartbeatsHeld(let name, let are): holdHeartbeats(are, of: name)
        case .conventionalReset(let name): if let device = devices[name] { resetUnasked(device) }
        case .debugAuthorized(let name): if let device = devices[name] { openDebug(device) }
        case .firmwareUpdate(let name, let version, let lowers, let isForced):
            let update = FirmwareUpdate(lowersSecurityVersion: lowers)
            if let device = devices[name] { updateFirmware(of: device, version, update, isForced: isForced) }
        case .deviceGone(let name): if let device = devices[name] { pullOut(device) }
        case .deviceReturned(let name): if let device = devices[name] { plugIn(device) }
        case .identitySwapped(let name, let serial): if let device = devices[name] { swap(device, serial) }
        case .defect(let name, let defect): if let device = devices[name] { add(defect, to: device) }
        case .functionReset(let address): resetUnasked(address)
        case .virtualFunctions(let address, let count): setVirtualFunctions(count, of: address)
        case .configurationWrite(let address, let offset, let width, let value):
            write(value, at: offset, width: width, to: address)
        case .busMasterCleared(let address): clear(.busMaster, of: address)
        case .memorySpaceCleared(let address): clear(.memorySpace, of: address)
        case .memoryMoved(let address, let register, let value):
            write(value, at: 0x10 + 4 * max(0, min(5, register)), width: 4, to: address)
        case .poisonedData(let address): meet(.poisonedData, address)
        case .incident(let address, let incident): meet(incident.atTDI, address, everywhere: incident.isOfDevice)
        case .platformDefect(let address, let defect): add(defect, to: address)
        case .dmaStuck(let address, let target): hangDMA(of: address, at: target)
        case .invalidationStuck(let address, let hold): holdInvalidations(hold, of: address)
        case .peersBound(let one, let other, true): return EventRefusal(bindPeers(one, other))
        case .peersBound(let one, let other, false): unbindPeers(one, other)
        case .registersMapped(let address, let are): software[address]?.hasMappedRegisters = are
        case .stopBelieved(let address): software[address]?.isStopBelieved = true
        case .misbehaves(let address, let does): workloads[address]?.description.misbehaves = does
        case .hostdevRemoved(let address): loseHostdev(address)
        case .driverHangs(let address, let does): hang(address, does)
        case .domainStopped(let id): stopDomain(id)
        case .domainStarted(let id): domains[id]?.isRunning = true
        case .signalled(let address, let kind, let source, let times): count(kind, times, at: source, of: address)
        case .pagesConverted(let id, let first, let size, let toShared):
            return convertPages(id, first, size, toShared)
        }
        return nil
    }
}
