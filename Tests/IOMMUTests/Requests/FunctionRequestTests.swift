import IOMMU
import PCIe
import Testing

@Suite struct `Requests that are not DMA` {
    private typealias F = Fixture

    /// Whether a request passes in each standing (host, unlocked, locked, run, error): with neither T value `-`, with
    /// `0`, with `1`, or with both `*`. `p`: with T=1 where the platform says so.
    private static let table: [(FunctionRequest.Content, String)] = [
        (.interrupt(isLocked: false), "0000-"), (.interrupt(isLocked: true), "000--"),
        (.mmio(isNonTEE: false), "00-1-"), (.mmio(isNonTEE: true), "*****"),
    ]

    @Test(arguments: RoutingProfile.all) func `interrupts and MMIO go by standing and T`(profile: RoutingProfile) throws
    {
        var unit = RemappingUnit(profile: profile, memorySize: 0)
        for (content, row) in Self.table {
            for (standing, mark) in zip(Standing.allCases, row) {
                unit.hold(F.device, as: standing, for: F.one)
                for tBit in TBit.allCases {
                    let request = FunctionRequest(content, F.device, tBit)
                    let cell = profile.cell(content.kind, standing, tBit)
                    let passes = mark == "*" || String(mark) == "\(tBit.rawValue)"
                    #expect(cell.isOpen == passes)
                    #expect(
                        unit.verdict(on: request)
                            == (passes ? .passes : .refused(.closed(content.kind, standing, tBit, cell))))
                }
            }
        }
    }

    @Test(arguments: RoutingProfile.all)
    func `no kind passes from CONFIG_LOCKED or ERROR but interrupts and non-TEE MMIO`(
        profile: RoutingProfile
    ) {
        for kind in RequestKind.allCases {
            for tBit in TBit.allCases {
                let isInterrupt = kind == .interrupt || kind == .lockedInterrupt
                #expect(
                    profile.cell(kind, .locked, tBit).isOpen
                        == (isInterrupt && tBit == .untrusted || kind == .nonTEEMMIO))
                #expect(profile.cell(kind, .error, tBit).isOpen == (kind == .nonTEEMMIO))
            }
        }
    }

    @Test func `a page request goes to the owner of the table that is walked first`() throws {
        for profile in RoutingProfile.all {
            var world = try ProfileWorld(profile)
            world.unit.hold(F.device, as: .unlocked, for: F.one)
            let request = FunctionRequest(.page(address: 0x8000, nil), F.device, .untrusted)
            let cell = profile.cell(.page, .unlocked, .untrusted)
            guard profile.platform != .trustedOnly else {
                #expect(world.unit.verdict(on: request) == .refused(.closed(.page, .unlocked, .untrusted, cell)))
                continue
            }
            #expect(world.unit.verdict(on: request) == .refused(.noATS))
            world.unit.setATS(true, of: F.device)
            let owner: TableOwner = profile.viommu == .unified ? .guest(F.one) : .host
            #expect(world.unit.verdict(on: request) == .forwarded(to: owner))
            world.unit.detach(owner.kind, from: F.device)
            #expect(
                world.unit.verdict(on: request)
                    == .refused(.fault(Fault(.noContext(.untrusted), at: 0x8000))))
        }
    }

    // MARK: Peer-to-peer

    private static let toSibling = FunctionRequest(.peer(F.sibling), F.device, .trusted)

    private func bound(_ profile: RoutingProfile = .standard) -> (RemappingUnit, RequestRefusal?) {
        var unit = RemappingUnit(profile: profile, memorySize: 0)
        unit.hold(F.device, as: .run, for: F.one)
        unit.hold(F.sibling, as: .run, for: F.one)
        let refusal = unit.bindPeers(F.device, F.sibling)
        return (unit, refusal)
    }

    @Test(arguments: RoutingProfile.all) func `peers are bound where the platform permits it`(profile: RoutingProfile) {
        let (unit, refusal) = bound(profile)
        if profile.platform == .armCCA {
            #expect(refusal == nil)
            #expect(unit.verdict(on: Self.toSibling) == .passes)
            #expect(unit.verdict(on: FunctionRequest(.peer(F.device), F.sibling, .trusted)) == .passes)
        } else {
            let closed = RequestRefusal.closed(.peer, .run, .trusted, profile.cell(.peer, .run, .trusted))
            #expect(refusal == closed)
            #expect(unit.verdict(on: Self.toSibling) == .refused(closed))
        }
    }

    @Test func `who is not bound does not get through`() {
        var unit = RemappingUnit(memorySize: 0)
        unit.hold(F.device, as: .run, for: F.one)
        unit.hold(F.sibling, as: .run, for: F.one)
        #expect(unit.verdict(on: Self.toSibling) == .refused(.notBound(F.sibling)))
        unit.hold(F.sibling, as: .run, for: F.two)
        #expect(unit.bindPeers(F.device, F.sibling) == .notBound(F.sibling))
        #expect(unit.bindPeers(F.device, F.device) == .notBound(F.device))
        unit.hold(F.sibling, as: .locked)
        #expect(
            unit.bindPeers(F.device, F.sibling)
                == .closed(.peer, .locked, .trusted, unit.profile.cell(.peer, .locked, .trusted)))
    }

    @Test(arguments: [Standing.host, .unlocked, .locked, .error]) func `a binding ends with RUN`(standing: Standing) {
        var (unit, _) = bound()
        unit.hold(F.sibling, as: standing)
        #expect(unit.verdict(on: Self.toSibling) == .refused(.notBound(F.sibling)))
        unit.hold(F.sibling, as: .run)
        #expect(unit.verdict(on: Self.toSibling) == .refused(.notBound(F.sibling)))
    }

    @Test func `a binding that was taken away is gone`() {
        var (unit, _) = bound()
        unit.unbindPeers(of: F.device)
        #expect(unit.verdict(on: Self.toSibling) == .refused(.notBound(F.sibling)))
    }

    @Test func `a refusal is told in one line with its source`() {
        var unit = RemappingUnit(memorySize: 0)
        unit.hold(F.device, as: .error, for: F.one)
        let verdict = unit.verdict(on: FunctionRequest(.interrupt(isLocked: false), F.device, .untrusted))
        #expect(
            verdict.description
                == "refused: no interrupt with T=0 in ERROR: "
                + "TLP rules by interface state (TDISP 1.0, PCIe 6.0 chapter 11)"
        )
    }
}
