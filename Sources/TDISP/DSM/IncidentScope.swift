internal import PCIe

/// Which interfaces of a device an incident on one of its functions reaches.
enum IncidentScope {
    /// Only that function.
    case function
    /// That function and, if it is physical, its virtual functions: they live on its registers.
    case family
    /// Every interface; each knows whether it is concerned.
    case device

    func reaches(_ interface: DSM.Interface, from requesterID: RequesterID) -> Bool {
        switch self {
        case .function: interface.requesterID == requesterID
        case .family: interface.requesterID == requesterID || interface.role == .virtual(of: requesterID)
        case .device: true
        }
    }
}

extension TDI.Incident {
    var scope: IncidentScope {
        switch self {
        case .functionLevelReset, .requesterIDChanged, .contextLost: .family
        case .streamInsecure, .sessionEnded, .linkDown, .debugAuthorized, .firmwareForced: .device
        case .poisonedData, .dataIntegrityLost, .requestFailed, .untrustedTranslation, .untrustedPageResponse: .function
        case .configurationChanged(let change): change.scope
        }
    }

    /// Whether it is an FLR, however it was asked for.
    var isFunctionLevelReset: Bool {
        self == .functionLevelReset || self == .configurationChanged(.functionLevelReset)
    }
}

extension TrackedChange {
    fileprivate var scope: IncidentScope {
        switch self {
        case .memorySpaceDisabled, .busMasterDisabled, .baseAddress, .expansionROM, .extendedTag, .noSnoop,
            .tagRequester,
            .msiX, .deviceSpecific:
            .function
        case .bist, .functionLevelReset, .phantomFunctions, .powerStateLosingContext, .unclassifiable: .family
        case .lockedCapability(let capability): capability.scope
        case .ideStream: .device
        }
    }
}

extension TrackedChange.LockedCapability {
    /// Virtual functions use the PASID, page request and SR-IOV registers of their physical function.
    fileprivate var scope: IncidentScope {
        switch self {
        case .singleRootIOVirtualization, .vfResizableBAR, .pageRequest, .processAddressSpaceID, .alternativeRoutingID:
            .family
        case .enhancedAllocation, .resizableBAR, .multicast, .protocolMultiplexing: .function
        }
    }
}
