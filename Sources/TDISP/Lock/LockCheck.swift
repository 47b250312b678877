internal import PCIe
public import SPDM

/// The checks of LOCK_INTERFACE, in the order they are made (TDISP 1.0, 11.3.8 and 11.3.9; the order is this
/// project's).
///
/// 1 to 4 are made by the DSM before the device is looked at, 18 when the nonce is drawn; 5 to 17 look at a
/// ``LockContext``.
public enum LockCheck: Int, Hashable, Sendable, CaseIterable {
    /// The request has its 36 bytes.
    case length = 1
    /// The version of the header is spoken.
    case version
    /// INTERFACE_ID is one of the DSM's.
    case interface
    /// The interface is CONFIG_UNLOCKED.
    case state
    /// The flags asked for are supported. Reserved bits are ignored.
    case flags
    /// The default stream exists, and its register block is marked as default.
    case defaultStream
    /// All substreams of the default stream are keyed.
    case streamKeys
    /// They were keyed over the session of this request.
    case keySession
    /// No other register block is marked as default stream.
    case soleDefaultStream
    /// The default stream's traffic class is 0.
    case trafficClass
    /// Phantom Functions are disabled.
    case phantomFunctions
    /// BARs and expansion ROM do not overlap.
    case baseAddresses
    /// VF BARs do not overlap, and the system page size is supported.
    case virtualFunctions
    /// Resizable BARs have sizes they support.
    case resizableBARs
    /// The cache line size in use is the one the TSM states.
    case cacheLineSize
    /// The steering tag mode is supported.
    case steeringTags
    /// Debug is closed, the firmware is sound.
    case deviceHealth
    /// A nonce can be drawn.
    case entropy

    /// The check's number.
    public var number: Int { rawValue }

    /// What is wrong when the check fails, for a person; goes behind "check N:".
    public var sentence: String {
        switch self {
        case .length: "the request does not have its 36 bytes"
        case .version: "the version is not spoken"
        case .interface: "the interface is not one of this DSM"
        case .state: "the interface is not CONFIG_UNLOCKED"
        case .flags: "a lock flag is not supported"
        case .defaultStream: "no such IDE stream, or it is not marked as default stream"
        case .streamKeys: "not all substreams of the default stream are keyed"
        case .keySession: "the default stream was keyed over another session"
        case .soleDefaultStream: "more than one IDE stream is marked as default stream"
        case .trafficClass: "the default stream's traffic class is not 0"
        case .phantomFunctions: "phantom functions are enabled"
        case .baseAddresses: "BARs or the expansion ROM overlap"
        case .virtualFunctions: "VF BARs overlap, or the system page size is not supported"
        case .resizableBARs: "a resizable BAR has a size it does not support"
        case .cacheLineSize: "the cache line size in use is not the one stated"
        case .steeringTags: "the steering tag mode is not supported"
        case .deviceHealth: "debug is open, or the firmware is not sound"
        case .entropy: "no random bits for a nonce"
        }
    }

    /// The error that answers the LOCK when the check fails.
    public var error: TDISPErrorCode {
        switch self {
        case .length, .flags, .defaultStream, .streamKeys, .keySession: .invalidRequest
        case .version: .versionMismatch
        case .interface: .invalidInterface
        case .state: .invalidInterfaceState
        case .soleDefaultStream, .trafficClass, .phantomFunctions, .baseAddresses, .virtualFunctions, .resizableBARs,
            .cacheLineSize, .steeringTags, .deviceHealth:
            .invalidDeviceConfiguration
        case .entropy: .insufficientEntropy
        }
    }

    /// The first of the checks 5 to 17 that fails, or nil if the interface may be locked.
    public static func firstFailure(
        of request: LockInterfaceRequest, over session: SessionID, in context: LockContext
    ) -> LockCheck? {
        allCases.first { !$0.passes(request, session, context) }
    }

    private func passes(_ request: LockInterfaceRequest, _ session: SessionID, _ context: LockContext) -> Bool {
        switch self {
        case .length, .version, .interface, .state, .entropy: true
        case .flags: request.flags.isSubset(of: context.supportedFlags)
        case .defaultStream, .streamKeys, .keySession, .soleDefaultStream, .trafficClass:
            !context.requiresIDE || passesIDE(request.defaultStream, session, context.streams)
        case .phantomFunctions: !context.phantomFunctionsEnabled
        case .baseAddresses: LockContext.Region.areDisjoint(context.regions)
        case .virtualFunctions:
            context.systemPageSizeSupported && LockContext.Region.areDisjoint(context.virtualFunctionRegions)
        case .resizableBARs: context.resizableBARSizesSupported
        case .cacheLineSize: context.cacheLine.map { $0 == request.cacheLine } ?? true
        case .steeringTags: context.steeringTagModeSupported
        case .deviceHealth: context.debugClosed && context.firmwareSound
        }
    }

    /// The checks of the default stream. Those behind `defaultStream` are made only if that passed, so the stream is
    /// there.
    private func passesIDE(_ id: StreamID, _ session: SessionID, _ streams: [LockContext.Stream]) -> Bool {
        let stream = streams.first { $0.id == id }
        switch self {
        case .defaultStream: return stream?.isDefault == true
        case .streamKeys: return stream?.isKeyed == true
        case .keySession: return stream?.keySession == session
        case .soleDefaultStream: return streams.count { $0.isDefault } == 1
        case .trafficClass: return stream?.trafficClass == 0
        case .length, .version, .interface, .state, .flags, .phantomFunctions, .baseAddresses, .virtualFunctions,
            .resizableBARs, .cacheLineSize, .steeringTags, .deviceHealth, .entropy:
            return true
        }
    }
}

extension LockInterfaceRequest {
    /// The cache line size that SYSTEM_CACHE_LINE_SIZE states.
    fileprivate var cacheLine: LockContext.CacheLine { flags.contains(.systemCacheLine128) ? .bytes128 : .bytes64 }
}

extension LockContext.Region {
    /// Whether no two regions share a byte, and none leaves the address space.
    static func areDisjoint(_ regions: [LockContext.Region]) -> Bool {
        var free: UInt64 = 0
        var isFull = false
        for region in regions.filter({ $0.byteCount > 0 }).sorted(by: { $0.base < $1.base }) {
            let (end, overflow) = region.base.addingReportingOverflow(region.byteCount)
            guard !isFull, region.base >= free, !overflow || end == 0 else { return false }
            (free, isFull) = (end, end == 0)
        }
        return true
    }
}
