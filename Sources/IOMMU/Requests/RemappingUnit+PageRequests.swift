import PCIe

/// What a function is told of a page that it asked for: the response code of a page request group response (PCIe Base,
/// page request interface).
public enum PageResponse: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// It is there: a translation request for it is answered now.
    case success = 0b0000
    /// Nobody will see to it.
    case invalidRequest = 0b0001
}

/// What becomes of the word of whoever has to see to a page that a function asked for.
public enum PageAnswer: Hashable, Sendable {
    /// The function is told so, with the T bit of its request.
    case told(PageResponse)
    /// A page that is on its way between private and shared is not given, nor one that its second stage does not have: the
    /// request stays open.
    case held
    /// The request is not open: nobody asked, or it fell with what it was asked in. Nothing is mapped and
    /// nothing is sent.
    case notOpen
}

extension RemappingUnit {
    /// The owner of the table that is walked first answers a page request: with a page that it maps there, or with none. A
    /// page that is mapped there already is well too.
    ///
    /// It is told `success` only when the page is one that DMA like the request may reach, and a translation request for
    /// it would be answered; the page of anybody else, or of another kind, is not mapped.
    public mutating func answerPageRequest(_ request: FunctionRequest, with mapping: Mapping?) -> PageAnswer {
        guard let index = openPageRequests.firstIndex(of: request),
            case .page(let address, let pasid) = request.content
        else { return .notOpen }
        let dma = Self.dma(for: request, address, pasid, .read)
        let response = mapping.map { present($0, for: dma) } ?? .invalidRequest
        guard let response else { return .held }
        openPageRequests.remove(at: index)
        return .told(response)
    }

    /// Maps a page for a request; nil: not now.
    private mutating func present(_ mapping: Mapping, for dma: DMARequest) -> PageResponse? {
        guard let admission = try? admit(dma), mapping.addresses.contains(dma.address) else { return .invalidRequest }
        let isFirstStage = admission.tables.first != .none
        if !isFirstStage {
            if conversion(touching: mapping.physicalAddresses)?.domain == admission.domain { return nil }
            guard mayReach(mapping, admission) else { return .invalidRequest }
        }
        do throws(MappingError) {
            try map([mapping], in: isFirstStage ? admission.tables.first : admission.tables.second)
        } catch {
            switch error {
            case .overlaps: break
            case .misaligned, .tooWide, .notMapped, .splitsPage, .noSuchTable, .ownership, .conversionPending:
                return .invalidRequest
            }
        }
        if (try? page(of: dma)) != nil { return .success }
        return isFirstStage ? nil : .invalidRequest
    }

    /// Whether every frame of a page is one that was admitted.
    private func mayReach(_ mapping: Mapping, _ admission: Admission) -> Bool {
        zip(mapping.addressesOfFrames, mapping.physicalFrames).allSatisfy { address, frame in
            ownership.packedOwner(of: frame) == admission.owner(at: address, vTOM: profile.vTOM)
        }
    }

    /// A function's page requests are over: nobody answers them any more.
    mutating func dropPageRequests(of requester: RequesterID) {
        openPageRequests.removeAll { $0.requesterID == requester }
    }
}
