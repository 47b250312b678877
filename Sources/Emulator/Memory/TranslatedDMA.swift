internal import Assignment
internal import IOMMU
internal import PCIe

// DMA by translations that a function asks for and keeps (ATS). What it keeps is in the IOMMU's books, which know what
// can be reached; the device is asked to forget like any other, and answers unless it is stuck.

extension HostModel {
    /// Sends a memory request that a driver ordered: by a translation, where the function has ATS and is given one; to be
    /// translated on its way otherwise. What crosses a page is left to the IOMMU.
    mutating func sendAsOrdered(
        _ packet: TLP, from function: EmulatedFunction, _ device: EmulatedDevice
    ) -> DMAOutcome {
        let outcome = send(translated(packet, function, device) ?? packet, from: device)
        if case .stopped(.fault(let fault)) = outcome, fault.isInTables {
            count(.translationFault, at: .iommu, of: function.address)
        }
        return outcome
    }

    /// A packet with the address that the function holds a translation to, or is given one to now; nil: neither.
    private mutating func translated(
        _ packet: TLP, _ function: EmulatedFunction, _ device: EmulatedDevice
    ) -> TLP? {
        guard function.isATSEnabled, let request = DMARequest(packet), request.isInOnePage else { return nil }
        followTranslations()
        if let held = heldTranslation(for: request, function) { return packet.translated(to: held) }
        guard device.isPresent, device.rootPort.isLinkUp,
            stopAtRootPort(request, over: packet.stream, device) == nil
        else { return nil }
        let question = FunctionRequest(
            .translation(address: request.address, nil, request.access), request.requesterID, request.tBit)
        _ = memory.change(for: function.address) { $0.answer(question) }
        return heldTranslation(for: request, function).map { packet.translated(to: $0) }
    }

    /// The host physical address that a function believes a request to lead to; nil: it holds no translation for it.
    mutating func heldTranslation(for request: DMARequest, _ function: EmulatedFunction) -> UInt64? {
        memory.change(for: function.address) { $0.translatedByDevice(request)?.address } ?? nil
    }

    // MARK: Forgetting

    /// What devices did with their translations by themselves reaches the books: a function that was locked, stopped or
    /// reset has forgotten all, and whoever was asked to forget answers, unless it is stuck.
    mutating func followTranslations() {
        guard !translatingFunctions.isEmpty else { return }
        for address in translatingFunctions {
            guard let (device, function) = locate(address) else { continue }
            memory.change(for: address) { $0.follow(function, on: device) }
            function.hasForgottenTranslations = false
        }
    }

    /// The IOMMU of a function as it is once what the function did with its translations has reached the books.
    func unitBehindTranslations(of function: EmulatedFunction, _ device: EmulatedDevice) -> RemappingUnit? {
        var unit = memory.unit(of: function.address)
        unit?.follow(function, on: device)
        return unit
    }

    /// Switches ATS on in a function that has it, or off: in the function and in its context.
    mutating func setATS(_ isOn: Bool, of function: EmulatedFunction, _ device: EmulatedDevice) {
        guard device.description.features.contains(.ats) else { return }
        function.isATSEnabled = isOn
        memory.change(for: function.address) { $0.setATS(isOn, of: function.address.requesterID) }
    }

    /// Whether a function still owes answers to invalidations.
    func owesInvalidations(_ function: EmulatedFunction) -> Bool {
        memory.unit(of: function.address)?.unansweredInvalidations.contains {
            $0.requester == function.address.requesterID
        } ?? false
    }

    /// A function answers no invalidation any more, or does again.
    mutating func holdInvalidations(_ holds: Bool, of address: FunctionAddress) {
        locate(address)?.function.ignoresInvalidations = holds
    }
}

extension RemappingUnit {
    /// Takes note of what a function did with its translations.
    fileprivate mutating func follow(_ function: EmulatedFunction, on device: EmulatedDevice) {
        let requester = function.address.requesterID
        if function.hasForgottenTranslations { clearDeviceCache(of: requester) }
        guard device.has(function), device.rootPort.isLinkUp, !function.ignoresInvalidations else { return }
        answerInvalidations(of: requester)
    }

    /// A device answers everything that it was asked to forget.
    fileprivate mutating func answerInvalidations(of requester: RequesterID) {
        for (number, asked) in unansweredInvalidations where asked == requester { answerInvalidation(number) }
    }
}

extension DMARequest {
    /// Whether a single translation leads to all of it.
    var isInOnePage: Bool { address & 0xFFF + count <= PageOwnership.frameSize }
}

extension TLP {
    /// The same memory request with a host physical address (AT=10b).
    fileprivate func translated(to physical: UInt64) -> TLP {
        var packet = self
        switch content {
        case .memoryRead(_, _, let count):
            packet.content = .memoryRead(address: physical, addressType: .translated, count: count)
        case .memoryWrite(_, _, let bytes):
            packet.content = .memoryWrite(address: physical, addressType: .translated, bytes: bytes)
        case .interrupt, .completion, .configurationRead, .configurationWrite, .translationRequest, .pageRequest,
            .invalidateRequest, .invalidateCompletion, .vendorMessage:
            break
        }
        return packet
    }
}
