import PCIe
import SPDM
import TDISP
import Testing

@Suite struct `Lock checks` {
    private func firstFailure(
        _ request: LockInterfaceRequest = TDIFixture.lockRequest, over session: SessionID = TDIFixture.sessionA,
        _ change: (inout LockContext) -> Void = { _ in }
    ) -> LockCheck? {
        var context = TDIFixture.context
        change(&context)
        return LockCheck.firstFailure(of: request, over: session, in: context)
    }

    @Test func `a device in good order passes`() {
        #expect(firstFailure() == nil)
    }

    private static let errors: [UInt32] = [
        0x01, 0x41, 0x101, 0x04, 0x01, 0x01, 0x01, 0x01, 0x104, 0x104, 0x104, 0x104, 0x104, 0x104, 0x104, 0x104, 0x104,
        0x103,
    ]

    @Test func `each check has its number, its error and its words`() {
        #expect(LockCheck.allCases.map(\.number) == Array(1...18))
        #expect(LockCheck.allCases.map(\.error.rawValue) == Self.errors)
        #expect(Set(LockCheck.allCases.map(\.sentence)).count == 18)
    }

    @Test(arguments: LockCheck.allCases.dropFirst(4).dropLast()) func `each check fails by itself`(_ check: LockCheck) {
        let (request, context) = LockCheckFixture.failing(check)
        #expect(LockCheck.firstFailure(of: request, over: TDIFixture.sessionA, in: context) == check)
    }

    @Test func `of several failures the first in order is named`() {
        #expect(
            firstFailure {
                $0.debugClosed = false
                $0.phantomFunctionsEnabled = true
                $0.streams[0].trafficClass = 3
            } == .trafficClass)
    }

    @Test func `keys of another session do not count`() {
        #expect(firstFailure(over: TDIFixture.sessionB) == .keySession)
        #expect(firstFailure { $0.streams[0].keySession = nil } == .keySession)
    }

    @Test func `without IDE no stream is looked at`() {
        #expect(
            firstFailure {
                $0.requiresIDE = false
                $0.streams = []
            } == nil)
    }

    @Test func `a second default stream is a wrong configuration, not a wrong request`() {
        let second = LockContext.Stream(
            id: StreamID(rawValue: 9), isDefault: true, trafficClass: 0, isKeyed: true, keySession: TDIFixture.sessionA)
        #expect(firstFailure { $0.streams.append(second) } == .soleDefaultStream)
    }

    @Test func `a stream that is not marked as default is refused`() {
        #expect(firstFailure { $0.streams[0].isDefault = false } == .defaultStream)
    }

    @Test func `the cache line size in use must be the one that is stated`() {
        var request = TDIFixture.lockRequest
        #expect(firstFailure(request) { $0.cacheLine = .bytes64 } == nil)
        #expect(firstFailure(request) { $0.cacheLine = .bytes128 } == .cacheLineSize)
        request.flags.insert(.systemCacheLine128)
        #expect(firstFailure(request) { $0.cacheLine = .bytes64 } == .cacheLineSize)
        #expect(firstFailure(request) { $0.cacheLine = .bytes128 } == nil)
    }

    private static let regions: [(regions: [(UInt64, UInt64)], isSound: Bool)] = [
        ([(0x1000, 0x1000), (0x2000, 0x1000)], true),
        ([(0x2000, 0x1000), (0x1000, 0x1001)], false),
        ([(0x1000, 0x4000), (0x2000, 0x100)], false),
        ([(0x1000, 0x1000), (0x1000, 0x1000)], false),
        ([(0x1000, 0), (0x1000, 0x1000)], true),
        ([(0xFFFF_FFFF_FFFF_F000, 0x1000)], true),
        ([(0xFFFF_FFFF_FFFF_F000, 0x1001)], false),
        ([(0xFFFF_FFFF_FFFF_F000, 0x1000), (0xFFFF_FFFF_FFFF_F800, 0x10)], false),
        ([], true),
    ]

    @Test(arguments: regions.indices) func `regions may touch but not overlap`(_ index: Int) {
        let (regions, isSound) = Self.regions[index]
        let decoded = regions.map { LockContext.Region(base: $0.0, byteCount: $0.1) }
        #expect(firstFailure { $0.regions = decoded } == (isSound ? nil : .baseAddresses))
        #expect(firstFailure { $0.virtualFunctionRegions = decoded } == (isSound ? nil : .virtualFunctions))
    }
}

/// A request and a context that fail one check and no earlier one.
enum LockCheckFixture {
    static func failing(_ check: LockCheck) -> (LockInterfaceRequest, LockContext) {
        let overlapping = [LockContext.Region(base: 0, byteCount: 2), LockContext.Region(base: 1, byteCount: 2)]
        let request = TDIFixture.lockRequest
        var context = TDIFixture.context
        switch check {
        case .length, .version, .interface, .state, .entropy: break
        case .flags: context.supportedFlags.remove(.lockMSIX)
        case .defaultStream: context.streams[0].id = StreamID(rawValue: 4)
        case .streamKeys: context.streams[0].isKeyed = false
        case .keySession: context.streams[0].keySession = TDIFixture.sessionB
        case .soleDefaultStream:
            context.streams.append(context.streams[0])
            context.streams[1].id = StreamID(rawValue: 4)
        case .trafficClass: context.streams[0].trafficClass = 1
        case .phantomFunctions: context.phantomFunctionsEnabled = true
        case .baseAddresses: context.regions = overlapping
        case .virtualFunctions: context.systemPageSizeSupported = false
        case .resizableBARs: context.resizableBARSizesSupported = false
        case .cacheLineSize: context.cacheLine = .bytes128
        case .steeringTags: context.steeringTagModeSupported = false
        case .deviceHealth: context.firmwareSound = false
        }
        return (request, context)
    }
}
