public import Assignment
public import PCIe

/// Something that happens on an emulated host without anybody having asked for it. It goes to those it happens to (a
/// device, a link, a VM), whose own machines decide what comes of it.
///
/// A device is named by its function 0.
public enum HostEvent: Hashable, Sendable, Codable {
    /// The link went down and trained again.
    case linkDown(FunctionAddress)
    /// A TLP of the device's stream failed its integrity check at the device.
    case integrityCheckFailed(FunctionAddress)
    /// The device's stream was disabled at the root port.
    case streamDisabled(FunctionAddress)
    /// The session ended: no heartbeat.
    case sessionLost(FunctionAddress)
    /// The TSM stops sending heartbeats, or sends them again.
    case heartbeatsHeld(FunctionAddress, Bool)
    /// Someone else resets a function by FLR.
    case functionReset(FunctionAddress)
    /// Someone else resets a device conventionally.
    case conventionalReset(FunctionAddress)
    /// The host sets how many virtual functions a physical function has: those that it had go first, as on Linux.
    case virtualFunctions(FunctionAddress, count: UInt16)
    /// Someone writes to the configuration space of a function: offset, width in bytes (1, 2, 4), value.
    case configurationWrite(FunctionAddress, offset: Int, width: Int, value: UInt32)
    /// Bus Master Enable of a function is cleared.
    case busMasterCleared(FunctionAddress)
    /// Memory Space Enable of a function is cleared.
    case memorySpaceCleared(FunctionAddress)
    /// A base address register (0...5) of a function is written.
    case memoryMoved(FunctionAddress, register: Int, value: UInt32)
    /// A function receives a poisoned TLP.
    case poisonedData(FunctionAddress)
    /// Something goes wrong within a device, or on the way to it, that a host sees nothing of.
    case incident(FunctionAddress, DeviceIncident)
    /// Debug access to a device is authorized.
    case debugAuthorized(FunctionAddress)
    /// Someone updates the firmware; `isForced`: without asking the device.
    case firmwareUpdate(FunctionAddress, version: String, lowersSecurityVersion: Bool, isForced: Bool)
    /// The device is pulled out.
    case deviceGone(FunctionAddress)
    /// The device is put back in, as after power-on.
    case deviceReturned(FunctionAddress)
    /// Another card with this serial number is put into its place.
    case identitySwapped(FunctionAddress, serial: String)
    /// The device has a defect.
    case defect(FunctionAddress, DeviceDefect)
    /// The platform does something wrong for a function.
    case platformDefect(FunctionAddress, PlatformDefect)
    /// A DMA of a function to this device address hangs until the function is reset: it has been let through, and does
    /// not land. Nil: one to the first page that its driver gave it.
    case dmaStuck(FunctionAddress, at: UInt64?)
    /// A function answers no invalidation of the translations that it holds (ATS) until it is reset, or does again.
    case invalidationStuck(FunctionAddress, Bool)
    /// Two functions of a VM are bound to each other for peer-to-peer traffic, or are no more: what their TSM is asked for
    /// on behalf of the guest.
    case peersBound(FunctionAddress, with: FunctionAddress, Bool)
    /// The VMM keeps the BAR pages of a function mapped in its guest, or unmaps them: Arm's UNLOCK is refused as long.
    case registersMapped(FunctionAddress, Bool)
    /// The TSM takes the next STOP of a function that fails for done (TF-RMM logged the failure and reported success).
    case stopBelieved(FunctionAddress)
    /// The function starts to try what it may not, or stops trying.
    case misbehaves(FunctionAddress, Bool)
    /// A VM stops.
    case domainStopped(DomainID)
    /// A VM starts.
    case domainStarted(DomainID)
    /// Someone else takes the function out of its VM.
    case hostdevRemoved(FunctionAddress)
    /// The driver of the function does not answer any more, or does again.
    case driverHangs(FunctionAddress, Bool)
    /// A sign of trouble shows so many times, at one end of the link or wherever its kind is usually seen (nil), and nothing
    /// else is wrong: errors are counted, others are heard of.
    case signalled(FunctionAddress, SignalKind, at: Signal.Source?, count: Int)
    /// A VM makes guest physical pages shared, or private.
    case pagesConverted(DomainID, from: UInt64, size: UInt64, toShared: Bool)
}

/// What a device can fail at inside. A defect is used up when it shows, unless it says otherwise.
public enum DeviceDefect: String, Hashable, Sendable, Codable, CaseIterable {
    /// No random bits for the next nonce.
    case noEntropy = "no-entropy"
    /// The next START does not enable private operation.
    case startFails = "start-fails"
    /// No STOP can scrub everything, until a conventional reset.
    case stopFails = "stop-fails"
    /// After its next FLR the function answers Request Retry Status for two seconds.
    case slowReset = "slow-reset"
    /// No FLR ends, until a conventional reset.
    case resetHangs = "reset-hangs"
    /// The port does not take the next key.
    case keyInstallFails = "key-install-fails"
    /// The root port fails at the next thing it is told.
    case rootPortFails = "root-port-fails"
}

/// What a platform can do wrong with what a function reaches. Each shows only behind the opened gate, and is used up then.
public enum PlatformDefect: String, Hashable, Sendable, Codable, CaseIterable {
    /// From now on the IOTLB holds a T=0 translation to a page of its driver's private ring, made when that page
    /// was shared: its invalidation was lost. The next one that is for the function's table takes it away.
    case staleTranslation = "stale-translation"
    /// When the untrusted mappings are restored next, one page more comes back than the ledger has.
    case wideRestore = "wide-restore"
    /// When the untrusted mappings are restored next, the trusted entry that was closed counts again.
    case trustedEntryReturns = "trusted-entry-returns"
}

/// What breaks the private operation of a function, and shows in no register of it (TDISP 1.0, 11.2).
public enum DeviceIncident: String, Hashable, Sendable, Codable, CaseIterable {
    /// Data of the function is damaged, and cannot be had again.
    case dataIntegrityLost = "data-integrity-lost"
    /// A request of the function got UR, CA or no completion, and nothing else can be done about it.
    case requestFailed = "request-failed"
    /// A translation that the function asked for came back with T=0.
    case untrustedTranslation = "untrusted-translation"
    /// The answer to a page request came with T=0, or over a stream that is not bound.
    case untrustedPageResponse = "untrusted-page-response"
    /// The bus gets another number, and its old one back before anybody asks: every function of the device is meant.
    case requesterIDChanged = "requester-id-changed"
    /// The DSM lost what it knew of its interfaces, or a power state did: every function of the device is meant.
    case contextLost = "context-lost"
}
