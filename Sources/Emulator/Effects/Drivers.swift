internal import Assignment
internal import IOMMU
internal import PCIe

// Host drivers, guest drivers, and the way of a function into a VM and out of it.

extension HostModel {
    mutating func releaseHostDriver(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        let address = function.address
        let driver = software[address]?.driver
        guard driver != FunctionSoftware.vfio else { return EffectReport(.succeeded, "already on vfio-pci") }
        guard software[address]?.isHung != true else {
            return EffectReport(.failed(.timedOut), "driver \(driver ?? "none") does not let go")
        }
        advance(latencies.driver, device)
        setCommand(.busMaster, false, of: function, device)
        memory.detachUntrusted(address)
        memory.hold(address, as: .locked)
        software[address]?.driver = FunctionSoftware.vfio
        return EffectReport(.succeeded, "\(driver ?? "no driver") -> vfio-pci")
    }

    mutating func returnHostDriver(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        let address = function.address
        guard let own = software[address], own.domain == nil else {
            return EffectReport(.failed(.busy), "the function is still in a domain")
        }
        guard !own.isHung else { return EffectReport(.failed(.timedOut), "the driver does not bind") }
        guard device.has(function) else { return EffectReport(.failed(.deviceGone), "the function is not there") }
        advance(latencies.driver, device)
        memory.attachToHost(address)
        let report = proveOpen(
            function, device, memory.returnMapOfHost(for: address), "vfio-pci -> \(own.nativeDriver ?? "no driver")")
        guard report.outcome == .succeeded else { return report }
        software[address]?.driver = own.nativeDriver
        software[address]?.lastPrivatePage = nil
        giveToHost(function, of: device)
        return report
    }

    /// The host may use the function; its driver, if it has one, switches bus mastering on.
    mutating func giveToHost(_ function: EmulatedFunction, of device: EmulatedDevice) {
        memory.attachToHost(function.address)
        guard software[function.address]?.driver != nil else { return }
        setCommand([.memorySpace, .busMaster], true, of: function, device)
    }

    // MARK: Guest

    mutating func attach(
        _ function: EmulatedFunction, _ device: EmulatedDevice, to id: DomainID
    ) -> EffectReport {
        let address = function.address
        guard let domain = domains[id] else { return EffectReport(.failed(.hypervisor), "there is no domain \(id)") }
        guard domain.isRunning else {
            return EffectReport(.failed(.hypervisor), "domain \(domain.description.name) does not run")
        }
        guard software[address]?.driver == FunctionSoftware.vfio else {
            return EffectReport(.failed(.busy), "bound to \(software[address]?.driver ?? "no driver"), not to vfio-pci")
        }
        if let other = software[address]?.domain, other != id {
            return EffectReport(.failed(.busy), "in domain \(other)")
        }
        guard device.has(function) else { return EffectReport(.failed(.deviceGone), "the function is not there") }
        advance(latencies.tables, device)
        memory.detachUntrusted(address)
        do throws(MappingError) {
            try memory.attach(address, to: domain)
        } catch {
            return EffectReport(.failed(.other), "shared pages cannot be mapped: \(error)")
        }
        software[address]?.domain = id
        software[address]?.ledger = nil
        software[address]?.saved = function.registers.space
        software[address]?.hasGuestDriver = true
        setCommand([.memorySpace, .busMaster], true, of: function, device)
        let pages = domain.shared.reduce(0) { $0 + $1.upperBound - $1.lowerBound } / 4096
        return EffectReport(.succeeded, "in \(domain.description.name), \(pages) shared pages mapped")
    }

    mutating func detach(
        _ function: EmulatedFunction, _ device: EmulatedDevice, from id: DomainID
    ) -> EffectReport {
        let address = function.address
        guard software[address]?.domain == id else { return EffectReport(.succeeded, "was not in the domain") }
        advance(latencies.tables, device)
        removeFromDomain(function, device)
        return EffectReport(.succeeded, "out of \(domains[id]?.description.name ?? "\(id)")")
    }

    /// The VMM lets go of the function: the guest's driver, its DMA and its tables.
    mutating func removeFromDomain(_ function: EmulatedFunction, _ device: EmulatedDevice) {
        let address = function.address
        software[address]?.hasGuestDriver = false
        software[address]?.domain = nil
        software[address]?.ledger = nil
        if function.canMaster { setCommand(.busMaster, false, of: function, device) }
        memory.cutTrusted(address)
        memory.detachUntrusted(address)
        dropPeers(of: address)
    }

    mutating func unbindGuestDriver(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        let address = function.address
        guard software[address]?.hasGuestDriver == true else { return EffectReport(.succeeded, "was not bound") }
        guard software[address]?.isHung != true else {
            advance(latencies.timeout, device)
            return EffectReport(.failed(.timedOut), "the guest's driver does not let go")
        }
        advance(latencies.driver, device)
        software[address]?.hasGuestDriver = false
        setCommand(.busMaster, false, of: function, device)
        return EffectReport(.succeeded, "guest driver off, bus mastering off")
    }

    mutating func bindGuestDriver(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        let address = function.address
        guard let id = software[address]?.domain, domains[id]?.isRunning == true else {
            return EffectReport(.failed(.hypervisor), "no running domain holds the function")
        }
        guard device.has(function) else { return EffectReport(.failed(.deviceGone), "the function is not there") }
        guard software[address]?.isHung != true else {
            advance(latencies.timeout, device)
            return EffectReport(.failed(.timedOut), "the guest's driver does not come up")
        }
        setCommand([.memorySpace, .busMaster], true, of: function, device)
        software[address]?.hasGuestDriver = true
        advance(latencies.driver, device)
        return EffectReport(.succeeded, "guest driver on, bus mastering on")
    }

    mutating func drain(_ function: EmulatedFunction, _ device: EmulatedDevice) -> EffectReport {
        advance(latencies.drain, device)
        guard function.inFlight == 0 else {
            return EffectReport(.failed(.timedOut), "\(function.inFlight) transfers do not end")
        }
        return EffectReport(.succeeded, "no transfer in flight")
    }
}
