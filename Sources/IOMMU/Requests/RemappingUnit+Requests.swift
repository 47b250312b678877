import PCIe

extension RemappingUnit {
    /// What becomes of a request that is not DMA. Changes nothing.
    public func verdict(on request: FunctionRequest) -> RequestVerdict {
        let context = contexts[request.requesterID]
        let kind = request.content.kind
        let cell = profile.cell(kind, context.standing, request.tBit)
        guard cell.isOpen else { return .refused(.closed(kind, context.standing, request.tBit, cell)) }
        return switch request.content {
        case .interrupt, .mmio: .passes
        case .translation(let address, let pasid, let access): translation(of: address, pasid, access, request, context)
        case .page(let address, let pasid):
            context.isATSEnabled ? forwarding(address, pasid, request, context) : .refused(.noATS)
        case .peer(let other):
            peers.contains(request.requesterID, other) && contexts[other].isHeld(like: context)
                ? .passes : .refused(.notBound(other))
        }
    }

    /// Takes a request: as ``verdict(on:)`` says. What is translated stays in the IOTLB and in the device's cache until it
    /// is invalidated in both; a page request that is forwarded is open until ``answerPageRequest(_:with:)``. Other requests
    /// leave no trace.
    public mutating func answer(_ request: FunctionRequest) -> RequestVerdict {
        let verdict = verdict(on: request)
        if case .forwarded = verdict, !openPageRequests.contains(request) { openPageRequests.append(request) }
        guard case .translation(let address, let pasid, let access) = request.content,
            case .translated = verdict
        else { return verdict }
        let dma = Self.dma(for: request, address, pasid, access)
        guard let (page, tables) = try? page(of: dma) else { return verdict }
        iotlb.fill(address >> 12, tables, page)
        deviceCaches[DeviceCaches.Key(request: request, page: address >> 12, pasid)] = page
        return verdict
    }

    /// A DMA as its device sends it once it holds a translation: with the host physical address that it believes; nil:
    /// it holds none that allows the access.
    public func translatedByDevice(_ request: DMARequest) -> DMARequest? {
        let key = DeviceCaches.Key(
            requester: request.requesterID, pasid: request.pasid, tBit: request.tBit, page: request.address >> 12)
        guard let page = deviceCaches[key], page.allows(request.access) else { return nil }
        var translated = request
        translated.address = page.physical | request.address & 0xFFF
        translated.isTranslated = true
        translated.count = min(request.count, PageOwnership.frameSize - request.address & 0xFFF)
        return translated
    }

    private func translation(
        of address: UInt64, _ pasid: PASID?, _ access: DMAAccess, _ request: FunctionRequest,
        _ context: RequesterContext
    ) -> RequestVerdict {
        guard context.isATSEnabled else { return .refused(.noATS) }
        let dma = Self.dma(for: request, address, pasid, access)
        do throws(Fault) {
            let page = try page(of: dma).page
            return .translated(physical: page.physical, page.permissions)
        } catch {
            return .refused(.fault(error))
        }
    }

    /// Who has to make a page present: the owner of the table that is walked first.
    private func forwarding(
        _ address: UInt64, _ pasid: PASID?, _ request: FunctionRequest, _ context: RequesterContext
    ) -> RequestVerdict {
        do throws(Fault) {
            let admission = try admit(Self.dma(for: request, address, pasid, .read))
            let owner = tableOwner(admission.tables.first) ?? tableOwner(admission.tables.second)
            return owner.map { .forwarded(to: $0) } ?? .refused(.noATS)
        } catch {
            return .refused(.fault(error))
        }
    }

    static func dma(
        for request: FunctionRequest, _ address: UInt64, _ pasid: PASID?, _ access: DMAAccess
    ) -> DMARequest {
        DMARequest(
            requesterID: request.requesterID, tBit: request.tBit, pasid: pasid, address: address, count: 1,
            access: access)
    }
}

extension DeviceCaches.Key {
    fileprivate init(request: FunctionRequest, page: UInt64, _ pasid: PASID?) {
        self.init(requester: request.requesterID, pasid: pasid, tBit: request.tBit, page: page)
    }
}
