import IOMMU
import PCIe
import Testing

@Suite struct `Routing profiles` {
    @Test func `there are nine`() {
        #expect(
            RoutingProfile.all.map(\.description) == [
                "sev-tio", "sev-tio/split", "tdx-connect", "arm-cca", "arm-cca/split", "arm-cca/unified", "cove-io",
                "trusted-only", "trusted-only/split",
            ])
    }

    @Test(
        arguments: [
            (.sevTIO, .unified, .untrustedIsTheHosts), (.tdxConnect, .split, .noTrustedVIOMMU),
            (.tdxConnect, .unified, .noTrustedVIOMMU), (.coveIO, .split, .noTrustedVIOMMU),
            (.coveIO, .unified, .noTrustedVIOMMU), (.trustedOnly, .unified, .untrustedIsNotTranslated),
        ] as [(PlatformProfile, VIOMMUKind, RoutingProfileError.Reason)])
    func `an impossible combination is refused by name and with its reason`(
        platform: PlatformProfile, viommu: VIOMMUKind, reason: RoutingProfileError.Reason
    ) {
        let error = RoutingProfileError.impossible(platform, viommu, reason)
        #expect(throws: error) { try RoutingProfile(platform, viommu: viommu) }
        #expect(
            error.description == "\(platform) with a vIOMMU of kind \(viommu) is impossible: \(reason.rawValue)")
    }

    @Test(arguments: RoutingProfile.all) func `its name leads back to it`(profile: RoutingProfile) throws {
        #expect(try RoutingProfile(named: profile.description) == profile)
    }

    @Test func `names that are no profile say what is wrong`() throws {
        #expect(try RoutingProfile(named: "arm-cca/none") == .standard)
        #expect(throws: RoutingProfileError.unknownPlatform("sev")) { try RoutingProfile(named: "sev") }
        #expect(throws: RoutingProfileError.unknownPlatform("")) { try RoutingProfile(named: "") }
        #expect(throws: RoutingProfileError.unknownVIOMMU("")) { try RoutingProfile(named: "arm-cca/") }
        #expect(throws: RoutingProfileError.unknownVIOMMU("x/split")) { try RoutingProfile(named: "arm-cca/x/split") }
        #expect(throws: RoutingProfileError.impossible(.coveIO, .split, .noTrustedVIOMMU)) {
            try RoutingProfile(named: "cove-io/split")
        }
        #expect(
            RoutingProfileError.unknownPlatform("sev").description
                == "no platform profile 'sev'; there are sev-tio, tdx-connect, arm-cca, cove-io, trusted-only")
        #expect(
            RoutingProfileError.unknownVIOMMU("x").description
                == "no vIOMMU kind 'x'; there are none, split, unified")
    }

    @Test(arguments: RoutingProfile.all) func `nothing that is only assumed is open`(profile: RoutingProfile) {
        for standing in Standing.allCases {
            for tBit in TBit.allCases {
                let cell = profile.cell(standing, tBit)
                if case .walked = cell.passage { #expect(cell.source != .assumedClosed) }
                for kind in RequestKind.allCases where profile.cell(kind, standing, tBit).isOpen {
                    #expect(profile.cell(kind, standing, tBit).source != .assumedClosed)
                }
            }
        }
    }

    @Test func `only a unified vIOMMU declares mixed traffic`() {
        #expect(RoutingProfile.all.filter(\.declaresMixedTraffic).map(\.description) == ["arm-cca/unified"])
    }

    @Test func `guest tables are walked where there is a vIOMMU, host tables where T=0 is translated`() {
        for profile in RoutingProfile.all {
            #expect(profile.walks(.guest) == (profile.viommu != .none))
            #expect(profile.walks(.host) == (profile.platform != .trustedOnly))
            #expect(profile.walks(.trusted))
        }
    }

    @Test func `each platform has its own structure of ownership`() {
        let structures = PlatformProfile.allCases.compactMap { try? RoutingProfile($0).ownership }
        #expect(structures == [.reverseMap, .secureEPT, .granuleTable, .memoryTrackingTable, .granuleTable])
        #expect(OwnershipStructure.allCases.map(\.judgesMappings) == [false, true, true, true])
        #expect(OwnershipStructure.allCases.map(\.checksTrustedAccess) == [true, false, true, true])
    }

    @Test func `only sev-tio has vTOM, and only without a vIOMMU`() {
        #expect(RoutingProfile.all.filter { $0.vTOM != nil }.map(\.description) == ["sev-tio"])
        #expect(RoutingProfile.all.filter(\.fencesAfterFault).map(\.description) == ["sev-tio", "sev-tio/split"])
    }

    @Test func `a cell is told in one line`() throws {
        let sev = try RoutingProfile(.sevTIO)
        #expect(
            Standing.allCases.map { sev.cell($0, .trusted).description } == [
                "nothing [no-trusted-dma-without-run]", "nothing [no-trusted-dma-without-run]",
                "nothing [silent-when-locked-or-failed]",
                "trusted table, to pages private below vTOM, shared from there on",
                "nothing [silent-when-locked-or-failed]",
            ])
        #expect(
            try RoutingProfile(.armCCA, viommu: .unified).cell(.run, .untrusted).description
                == "guest table, then host table, to shared pages")
        #expect(try RoutingProfile(.trustedOnly).cell(.host, .untrusted).description == "nothing: not translated")
    }
}
