import Assignment
import Checker
import PCIe
import TDISP
import Testing

@testable import IOMMU

/// Faults in what devices and platforms do.
@Suite struct `Seeded faults of devices and platforms` {
    private func rule(
        _ profile: RoutingProfile = .standard, faults: Int = 0, conversions: Bool = false,
        _ seed: (inout StepFunctions) -> Void
    ) async throws -> SafetyRule? {
        try await SeededFault(profile, faults: faults, conversions: conversions, seed).found()?.violation.rule
    }

    // MARK: The device

    @Test func `a device forgets which nonce is its own`() async throws {
        let rule = try await rule(faults: 1) { functions in
            functions.consumeNonce = { _ in .nonceConsumed(TDI.LockEpoch(rawValue: 1)) }
        }
        #expect(rule == .nothingOutlivesAnEpoch)
    }

    @Test func `a device starts by itself when it is locked`() async throws {
        let rule = try await rule { functions in
            let shipped = functions.interface
            functions.interface = { tdi, event in
                let step = shipped(tdi, event)
                guard case .locked(let locked) = step.next, tdi.name == .locking else { return step }
                let checking = shipped(.locked(locked), .request(.start(Self.nonce), over: locked.lock.session)).next
                let starting = shipped(checking, .outcome(.nonceConsumed(locked.lock.epoch))).next
                return shipped(starting, .outcome(.started(locked.lock.epoch)))
            }
        }
        #expect(rule == .nothingOutlivesAnEpoch)
    }

    @Test func `a device keeps its translations when it changes hands`() async throws {
        let rule = try await rule(conversions: true) { functions in
            functions.platform = { $0 == .clearDeviceCache ? [] : [$0] }
        }
        #expect(rule == .oneOwner)
    }

    // MARK: Pages

    /// A unit that completes a conversion whatever holds it up, once it does not see some of that any more.
    private func rule(blindTo blinded: @escaping @Sendable (inout RemappingUnit) -> Void) async throws -> SafetyRule? {
        try await rule(conversions: true) { functions in
            functions.conversion = { unit, conversion in
                try unit.completeConversion(conversion) { unit, pages in
                    var seen = unit
                    blinded(&seen)
                    return seen.reach(of: pages)
                }
            }
        }
    }

    @Test func `a page is converted while the device's ATC holds it`() async throws {
        let rule = try await rule(blindTo: { $0.clearDeviceCache(of: RequesterID(rawValue: 0x3b00)) })
        #expect(rule == .noConversionUnderDMA)
    }

    @Test func `a page is converted while the IOTLB holds it`() async throws {
        let rule = try await rule(blindTo: { $0.invalidate(.everything) })
        #expect(rule == .noConversionUnderDMA)
    }

    @Test func `a page is converted while DMA to it is in flight`() async throws {
        let rule = try await rule(blindTo: { unit in
            while let number = unit.flights.oldest { unit.land(number) }
        })
        #expect(rule == .noConversionUnderDMA)
    }

    @Test func `a VMM that takes a device away does not invalidate the IOTLB`() async throws {
        let rule = try await rule(conversions: true) { functions in
            functions.platform = { $0 == .invalidateUntrusted || $0 == .invalidateTrusted ? [] : [$0] }
        }
        #expect(rule == .oneOwner)
    }

    @Test func `a private page is recorded as shared`() async throws {
        let sev = try RoutingProfile(.sevTIO)
        let rule = try await rule(sev) { functions in
            functions.ownership = { unit in
                let (page, vm) = (UInt64(0x2000)..<0x3000, DomainNumber(rawValue: 1))
                try? unit.transfer(page, from: .private(vm), to: .host)
                try? unit.transfer(page, from: .host, to: .shared(vm))
            }
        }
        #expect(rule == .noUntrustedDMAToPrivate)
    }

    // MARK: Page requests

    /// A VMM that maps whatever is asked for, if `isRight` of the page.
    private static func careless(
        _ functions: inout StepFunctions, if isRight: @escaping @Sendable (RemappingUnit) -> Bool
    ) {
        functions.pageAnswer = { unit, request, mapping in
            guard request.tBit == .untrusted, isRight(unit) else { return }
            let pending = unit.conversions.first
            if let pending { try? unit.cancelConversion(pending) }
            try? unit.map([mapping], in: TableNumber(rawValue: 1))
            if let pending { try? unit.requestConversion(pending) }
        }
    }

    @Test func `a page request with T=0 is answered with a private page`() async throws {
        let rule = try await rule { Self.careless(&$0) { $0.conversions.isEmpty } }
        #expect(rule == .noUntrustedDMAToPrivate)
    }

    @Test func `a page request is answered while the page is converted`() async throws {
        let rule = try await rule(conversions: true) { Self.careless(&$0) { !$0.conversions.isEmpty } }
        #expect(rule == .noConversionUnderDMA)
    }

    @Test func `a page request of before the cut is answered behind it`() async throws {
        let rule = try await rule(conversions: true) { functions in
            Self.careless(&functions) { unit in
                unit.conversions.isEmpty
                    && unit.ownership.owner(of: 0x4000) == .shared(DomainNumber(rawValue: 1))
            }
        }
        #expect(rule == .restoreLast)
    }

    @Test func `a page request with T=1 is answered when no trusted entry is open`() async throws {
        let rule = try await rule(conversions: true) { functions in
            functions.pageAnswer = { unit, request, _ in
                guard request.tBit == .trusted, unit.conversions.isEmpty else { return }
                let page = Mapping(address: 0x8000, physical: 0x2000, pageSize: .small)
                try? unit.map([page], in: TableNumber(rawValue: 2))
            }
        }
        #expect(rule == .noTrustedDMAWithoutRun)
    }

    @Test func `a device in RUN takes an answer to a page request with T=0 for its own`() async throws {
        let rule = try await rule(faults: 1) { functions in
            let shipped = functions.pageResponse
            functions.pageResponse = { tBit, stream, rules in
                tBit == .untrusted ? .accept : shipped(tBit, stream, rules)
            }
        }
        #expect(rule == .noMixedTraffic)
    }

    @Test func `a device in RUN takes an answer over a stream that is not its own`() async throws {
        let rule = try await rule(faults: 1) { functions in
            let shipped = functions.pageResponse
            functions.pageResponse = { tBit, stream, rules in
                tBit == .trusted ? .accept : shipped(tBit, stream, rules)
            }
        }
        #expect(rule == .noMixedTraffic)
    }

    // MARK: Gates and tables

    @Test func `T=0 is routed beside T=1`() async throws {
        let rule = try await rule { functions in
            functions.routing = { (try? RoutingProfile($0.platform, viommu: .unified)) ?? $0 }
        }
        #expect(rule == .noMixedTraffic)
    }

    @Test func `the gate stays open for T=0 in CONFIG_LOCKED`() async throws {
        let rule = try await rule { functions in
            functions.platform = { $0 == .hold(.locked) ? [.hold(.unlocked), .setBusMaster(true)] : [$0] }
        }
        #expect(rule == .silentWhenLockedOrFailed)
    }

    @Test func `the trusted entry opens with the hostdev`() async throws {
        let rule = try await rule { functions in
            functions.platform = { $0 == .hold(.unlocked) ? [.openTrusted, .hold(.run)] : [$0] }
        }
        #expect(rule == .noTrustedDMAWithoutRun)
    }

    @Test func `a cut that does nothing is taken for one`() async throws {
        let rule = try await rule(faults: 1) { functions in
            functions.platform = { $0 == .hold(.error) || $0 == .detachTrusted ? [] : [$0] }
        }
        #expect(rule == .revokeFirst)
    }

    @Test func `a first cut that needs the device is taken for done when the device is dead`() async throws {
        let rule = try await rule(try RoutingProfile(.tdxConnect), faults: 1) { functions in
            SeededFault.engine(&functions) { before, event, step in
                guard before.pending == .cut(.first), event == .finished(.cut, .failed(.connectionLost)) else {
                    return step
                }
                return EngineStep(AssignmentMachine.step(before, .finished(.cut, .succeeded)))
            }
        }
        #expect(rule == .revokeFirst)
    }

    @Test func `a device that leaves its VM keeps its tables`() async throws {
        let rule = try await rule { functions in
            functions.platform = { $0 == .attachToHost ? [.attachToDomain] : [$0] }
        }
        #expect(rule == .allOrHome)
    }

    @Test func `a platform that fences T=1 off after a fault forgets to`() async throws {
        let rule = try await rule(try RoutingProfile(.sevTIO), faults: 1) { functions in
            functions.platform = { $0 == .faultTrusted ? [] : [$0] }
        }
        #expect(rule == .noTrustedDMAWithoutRun)
    }

    private static let nonce = StartNonce(InlineArray(repeating: 1))
}
